//! A number type of one's own.

use std::fmt::{self, Display, LowerExp};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use tapeloop::Real;

/// A value and its derivatives by `N` variables: `x + Σ dxᵢ·εᵢ` with `εᵢ·εⱼ = 0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dual<const N: usize> {
    pub x: f64,
    pub dx: [f64; N],
}

impl<const N: usize> Dual<N> {
    /// `f(self)`, where the value of `f` is `x`, its slope `slope`.
    fn chain(self, x: f64, slope: f64) -> Self {
        Self { x, dx: self.dx.map(|dx| slope * dx) }
    }

    /// The value `x`, and from both derivatives one.
    fn both(self, other: Self, x: f64, dx: impl Fn(f64, f64) -> f64) -> Self {
        Self { x, dx: std::array::from_fn(|i| dx(self.dx[i], other.dx[i])) }
    }
}

impl<const N: usize> Default for Dual<N> {
    fn default() -> Self {
        Self::ZERO
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
    fn neg(self) -> Self {
        self.chain(-self.x, -1.0)
    }
}

macro_rules! operator {
    ($trait:ident $function:ident $assign_trait:ident $assign:ident, $x:ident $y:ident => $value:expr, $dx:ident $dy:ident => $slope:expr) => {
        impl<const N: usize> $trait for Dual<N> {
            type Output = Self;
            #[allow(clippy::suspicious_arithmetic_impl)] // a slope is made of other operations
            fn $function(self, other: Self) -> Self {
                let ($x, $y) = (self.x, other.x);
                self.both(other, $value, |$dx, $dy| $slope)
            }
        }

        impl<const N: usize> $assign_trait for Dual<N> {
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

impl<const N: usize> Real for Dual<N> {
    const ZERO: Self = Self { x: 0.0, dx: [0.0; N] };
    const ONE: Self = Self { x: 1.0, dx: [0.0; N] };

    fn from_f64(x: f64) -> Self {
        Self { x, ..Self::ZERO }
    }
    fn to_f64(self) -> f64 {
        self.x
    }
    fn mul_add(self, a: Self, b: Self) -> Self {
        self * a + b
    }
    fn exp(self) -> Self {
        self.chain(self.x.exp(), self.x.exp())
    }
    fn exp_m1(self) -> Self {
        self.chain(self.x.exp_m1(), self.x.exp())
    }
    fn ln(self) -> Self {
        self.chain(self.x.ln(), 1.0 / self.x)
    }
    fn ln_1p(self) -> Self {
        self.chain(self.x.ln_1p(), 1.0 / (1.0 + self.x))
    }
    fn sqrt(self) -> Self {
        self.chain(self.x.sqrt(), 0.5 / self.x.sqrt())
    }
    fn tanh(self) -> Self {
        self.chain(self.x.tanh(), 1.0 - self.x.tanh() * self.x.tanh())
    }
    fn abs(self) -> Self {
        self.chain(self.x.abs(), self.x.signum())
    }
}
