//! `ln`, without branches, as in [`exponential`](super::exponential).
//!
//! `x = 2^k·(1 + f)` with `√½ ≤ 1 + f < √2`, and `ln x = k·ln 2 + ln(1 + f)`.

use super::exponential::polynomial;
use super::float::Float;

/// `k·ln 2 + ln(1 + f)`. With `s = f/(2 + f)`,
///
/// ```text
/// ln(1 + f) = 2·artanh s = 2s + s·R = f − (f²/2 − s·(f²/2 + R)),     R = s²·P(s²)
/// ```
///
/// The last form begins with `f`, which is exact; what follows is ever smaller, and its rounding too.
#[inline(always)]
fn sum<F: Float>(k: F, f: F) -> F {
    let [ln_2, rest] = F::LN_2;
    let s = f / (F::TWO + f);
    let r = s * s * polynomial(F::P_LN, s * s);
    let half_square = F::HALF * f * f;
    let low = s.mul_add(half_square + r, k * rest);
    k.mul_add(ln_2, f - (half_square - low))
}

/// `ln` where it has no such sum: at 0, below it, at ∞ and NaN.
#[inline(always)]
fn at_the_ends<F: Float>(x: F, y: F) -> F {
    let y = if x < F::INFINITY { y } else { x };
    let y = if x < F::ZERO { F::NAN } else { y };
    if x == F::ZERO { -F::INFINITY } else { y }
}

/// `ln x`
#[inline(always)]
pub(super) fn ln<F: Float>(x: F) -> F {
    // A denormal number is made a normal one first.
    let (scale, log2_scale) = if x < F::LEAST_NORMAL { (F::TWO_TO_64, 64.0) } else { (F::ONE, 0.0) };
    let (k, m) = F::split(x * scale);
    at_the_ends(x, sum(k - F::from_f64(log2_scale), m - F::ONE))
}

/// `ln(1 + x)`: of `u = 1 + x`, and of what rounding it lost.
#[inline(always)]
pub(super) fn ln_1p<F: Float>(x: F) -> F {
    let u = F::ONE + x;
    let x_in_u = u - F::ONE;
    let lost = (F::ONE - (u - x_in_u)) + (x - x_in_u);
    let (k, m) = F::split(u);
    // 2^−k may be too small for the type.
    let scale = F::power_of_two(F::SHIFTER + F::BIAS + F::from_f64(64.0) - k) * F::TWO_TO_MINUS_64;
    let f = lost.mul_add(scale, m - F::ONE);
    at_the_ends(u, sum(k, if k == F::ZERO { x } else { f })).with_sign(x)
}
