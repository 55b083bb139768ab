//! The one generic parameter of the crate: what a number must be able to do.

mod dual;
mod exponential;
mod float;
mod logarithm;
mod machine;

use std::fmt::{Debug, Display, LowerExp};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::simd::{Kernel, One};

pub use dual::Dual;

/// A real number: `f32` to train with, `f64` to check gradients with.
///
/// Everything above (kernels, ops, cells, losses, optimizers) is written once, over `Real`.
/// Nothing here assumes that a `Real` is a machine float: a [`Dual`] number `a + b·ε` turns the same code into
/// forward-mode differentiation.
///
/// # Accuracy
///
/// `exp`, `tanh`, … of `f32` and `f64` are written in this crate, such that loops over them become vector code; a
/// number alone and a number in a slice give the same bits, on every machine. Their errors are at most, in units in the
/// last place:
///
/// | | `exp` | `tanh` | `sigmoid` | `softplus` | `ln` | `exp_m1` | `ln_1p` |
/// | --- | --- | --- | --- | --- | --- | --- | --- |
/// | `f32` | 1.1 | 2 | 2.5 | 3 | 1 | 2.5 | 1.5 |
/// | `f64` | 1.5 | 3 | 3 | 3.5 | 1 | 3.5 | 2 |
///
/// (`f32`: measured at all numbers; `f64`: at 17 million. `docs/vector-maths.md` tells how.) Results at 0 and ±∞ are
/// exact, NaN gives NaN, `tanh` is odd to the bit.
///
/// Of a number known to be an `f32`, `x.tanh()` is the method of the standard library: write `Real::tanh(x)`.
pub trait Real:
    Copy
    + Default
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Debug
    + Display
    + LowerExp
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
    /// Whether this crate holds its operations compiled for the type: `f32` and `f64`. Programs compile them for all others themselves.
    #[doc(hidden)]
    const COMPILED: bool = false;

    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;

    /// The nearest number of this type.
    fn from_f64(x: f64) -> Self;
    /// The same number, at most rounded.
    fn to_f64(self) -> f64;

    /// `self·a + b`, rounded once.
    #[must_use]
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// `eˣ`.
    #[must_use]
    fn exp(self) -> Self;
    /// `eˣ − 1`, exact near 0.
    #[must_use]
    fn exp_m1(self) -> Self;
    /// `ln x`; −∞ at 0, NaN below.
    #[must_use]
    fn ln(self) -> Self;
    /// `ln(1 + x)`, exact near 0.
    #[must_use]
    fn ln_1p(self) -> Self;
    /// `√x`; NaN below 0.
    #[must_use]
    fn sqrt(self) -> Self;
    /// `tanh x`.
    #[must_use]
    fn tanh(self) -> Self;
    /// `|x|`.
    #[must_use]
    fn abs(self) -> Self;
    /// `sin x`, of the standard library; NaN at ±∞.
    #[must_use]
    fn sin(self) -> Self;
    /// `cos x`, of the standard library; NaN at ±∞.
    #[must_use]
    fn cos(self) -> Self;

    /// `σ(x) = 1/(1 + e⁻ˣ)`
    #[must_use]
    #[inline(always)]
    fn sigmoid(self) -> Self {
        // e to a power ≤ 0: nothing overflows on either side.
        let e = (-self.abs()).exp();
        (if self < Self::ZERO { e } else { Self::ONE }) / (Self::ONE + e)
    }
    /// `ln(1 + eˣ)`
    #[must_use]
    #[inline(always)]
    fn softplus(self) -> Self {
        // ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|)
        let above = if self > Self::ZERO { self } else { Self::ZERO };
        above + (-self.abs()).exp().ln_1p()
    }

    /// Runs `kernel` with the vectors that the machine has for this type: one number at a time, unless
    /// the type knows better.
    #[inline(always)]
    fn vectorise<K: Kernel<Self>>(kernel: K) -> K::Output {
        kernel.run(One)
    }

    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool {
        self.to_f64().is_finite()
    }
    /// Not a number.
    fn is_nan(self) -> bool {
        self.to_f64().is_nan()
    }
    /// The count `n` as a real number.
    #[must_use]
    fn from_usize(n: usize) -> Self {
        Self::from_f64(n as f64)
    }
}
