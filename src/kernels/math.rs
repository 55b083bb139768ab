//! Functions of one number that the standard library lacks.

use crate::real::Real;

/// `1/(1 + e⁻ˣ)`. Only ever takes `e` to a power ≤ 0, so nothing overflows on either side.
#[inline(always)]
pub fn sigmoid<R: Real>(x: R) -> R {
    let e = (-x.abs()).exp();
    (if x < R::ZERO { e } else { R::ONE }) / (R::ONE + e)
}

/// `ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|)`
#[inline(always)]
pub fn softplus<R: Real>(x: R) -> R {
    let above = if x > R::ZERO { x } else { R::ZERO };
    above + (-x.abs()).exp().ln_1p()
}
