//! Dual numbers: forward-mode differentiation by arithmetic.

use std::fmt::{self, Display, LowerExp};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use super::Real;

/// A value and its derivatives along `N` directions: `x + Σ dxᵢ·εᵢ`, with `εᵢ·εⱼ = 0`.
///
/// ```text
/// (x + dx·ε)·(y + dy·ε) = x·y + (dx·y + x·dy)·ε           the product rule, because ε² = 0
/// f(x + dx·ε) = f(x) + f'(x)·dx·ε                         the chain rule: Taylor's series ends here
/// ```
///
/// Whatever is written over [`Real`] differentiates itself when it is given such numbers: that is forward mode. All
/// operations of the crate do, and so does the backward pass over them
/// ([`check::hessian_vector`](crate::check::hessian_vector)). There is no truncation error as there is with differences.
///
/// They are compared by their values alone: a program takes the branch that it takes without derivatives, and has its slope.
///
/// ```
/// use tapeloop::{Dual, Real};
///
/// let x = Dual::<1> { x: 0.5, dx: [1.0] };
/// let y = x * x.tanh();
/// let expected = 0.5_f64.tanh() + 0.5 * (1.0 - 0.5_f64.tanh().powi(2)); // (x·tanh x)' = tanh x + x·(1 − tanh² x)
/// assert!((y.dx[0] - expected).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dual<const N: usize = 1> {
    /// The value.
    pub x: f64,
    /// Its derivative along each direction.
    pub dx: [f64; N],
}

impl<const N: usize> Dual<N> {
    /// `f(self)`, where the value of `f` is `x`, its slope `slope`. What doesn't change has no slope, were it infinite.
    #[inline(always)]
    fn chain(self, x: f64, slope: f64) -> Self {
        Self { x, dx: self.dx.map(|dx| if dx == 0.0 { 0.0 } else { slope * dx }) }
    }

    /// The value `x`, and from both derivatives one.
    #[inline(always)]
    fn both(self, other: Self, x: f64, dx: impl Fn(f64, f64) -> f64) -> Self {
        Self { x, dx: std::array::from_fn(|i| dx(self.dx[i], other.dx[i])) }
    }
}

impl<const N: usize> Default for Dual<N> {
    fn default() -> Self {
        Self::ZERO
    }
}

impl<const N: usize> PartialEq for Dual<N> {
    fn eq(&self, other: &Self) -> bool {
        self.x == other.x
    }
}

impl<const N: usize> PartialOrd for Dual<N> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.x.partial_cmp(&other.x)
    }
}

impl<const N: usize> Display for Dual<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.x, f)
    }
}

impl<const N: usize> LowerExp for Dual<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        LowerExp::fmt(&self.x, f)
    }
}

impl<const N: usize> Neg for Dual<N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.chain(-self.x, -1.0)
    }
}

macro_rules! operator {
    ($trait:ident $function:ident $assign_trait:ident $assign:ident, $x:ident $y:ident => $value:expr, $dx:ident $dy:ident => $slope:expr) => {
        impl<const N: usize> $trait for Dual<N> {
            type Output = Self;
            #[inline(always)]
            #[allow(clippy::suspicious_arithmetic_impl)] // a slope is made of other operations
            fn $function(self, other: Self) -> Self {
                let ($x, $y) = (self.x, other.x);
                self.both(other, $value, |$dx, $dy| $slope)
            }
        }

        impl<const N: usize> $assign_trait for Dual<N> {
            #[inline(always)]
            fn $assign(&mut self, other: Self) {
                *self = $trait::$function(*self, other);
            }
        }
    };
}

operator!(Add add AddAssign add_assign, x y => x + y, dx dy => dx + dy);
operator!(Sub sub SubAssign sub_assign, x y => x - y, dx dy => dx - dy);
operator!(Mul mul MulAssign mul_assign, x y => x * y, dx dy => dx * y + x * dy);
operator!(Div div DivAssign div_assign, x y => x / y, dx dy => (dx - x / y * dy) / y);

/// The value of each function is, to the bit, that of `f64`.
impl<const N: usize> Real for Dual<N> {
    const ZERO: Self = Self { x: 0.0, dx: [0.0; N] };
    const ONE: Self = Self { x: 1.0, dx: [0.0; N] };

    fn from_f64(x: f64) -> Self {
        Self { x, ..Self::ZERO }
    }
    fn to_f64(self) -> f64 {
        self.x
    }
    #[inline(always)]
    fn mul_add(self, a: Self, b: Self) -> Self {
        let value = self.x.mul_add(a.x, b.x);
        let dx = |i: usize| self.dx[i].mul_add(a.x, self.x.mul_add(a.dx[i], b.dx[i]));
        Self { x: value, dx: std::array::from_fn(dx) }
    }
    fn exp(self) -> Self {
        let y = Real::exp(self.x);
        self.chain(y, y)
    }
    fn exp_m1(self) -> Self {
        self.chain(Real::exp_m1(self.x), Real::exp(self.x))
    }
    fn ln(self) -> Self {
        self.chain(Real::ln(self.x), 1.0 / self.x)
    }
    fn ln_1p(self) -> Self {
        self.chain(Real::ln_1p(self.x), 1.0 / (1.0 + self.x))
    }
    fn sqrt(self) -> Self {
        let y = self.x.sqrt();
        self.chain(y, 0.5 / y)
    }
    fn tanh(self) -> Self {
        let y = Real::tanh(self.x);
        self.chain(y, 1.0 - y * y)
    }
    fn abs(self) -> Self {
        self.chain(self.x.abs(), if self.x == 0.0 { 0.0 } else { self.x.signum() })
    }
    fn sin(self) -> Self {
        self.chain(self.x.sin(), self.x.cos())
    }
    fn cos(self) -> Self {
        self.chain(self.x.cos(), -self.x.sin())
    }
    fn sigmoid(self) -> Self {
        let y = Real::sigmoid(self.x);
        self.chain(y, y * (1.0 - y))
    }
    fn softplus(self) -> Self {
        self.chain(Real::softplus(self.x), Real::sigmoid(self.x))
    }
}
