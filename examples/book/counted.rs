//! A number that counts what is done with it, for chapters 9 and 10.

use std::cell::Cell;
use std::fmt;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use tapeloop::Real;

thread_local! {
    static MULTIPLICATIONS: Cell<u64> = const { Cell::new(0) };
}

/// The multiplications of `run` on this thread, those of fused multiply–adds among them; not what is within `tanh` and its like.
pub fn multiplications(run: impl FnOnce()) -> u64 {
    let before = MULTIPLICATIONS.get();
    run();
    MULTIPLICATIONS.get() - before
}

/// A number in `f64` whose multiplications are counted: all that is written over [`Real`] takes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Counted(f64);

impl Counted {
    fn one_more(x: f64) -> Self {
        MULTIPLICATIONS.set(MULTIPLICATIONS.get() + 1);
        Self(x)
    }
}

macro_rules! operator {
    ($trait:ident $function:ident $assign_trait:ident $assign:ident: $made:expr, $operator:tt) => {
        impl $trait for Counted {
            type Output = Self;
            fn $function(self, other: Self) -> Self {
                $made(self.0 $operator other.0)
            }
        }
        impl $assign_trait for Counted {
            fn $assign(&mut self, other: Self) {
                *self = $trait::$function(*self, other);
            }
        }
    };
}

operator!(Add add AddAssign add_assign: Self, +);
operator!(Sub sub SubAssign sub_assign: Self, -);
operator!(Mul mul MulAssign mul_assign: Self::one_more, *);
operator!(Div div DivAssign div_assign: Self::one_more, /);

impl Neg for Counted {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::LowerExp for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerExp::fmt(&self.0, f)
    }
}

impl Real for Counted {
    const ZERO: Self = Self(0.0);
    const ONE: Self = Self(1.0);

    fn from_f64(x: f64) -> Self {
        Self(x)
    }
    fn to_f64(self) -> f64 {
        self.0
    }
    fn mul_add(self, a: Self, b: Self) -> Self {
        Self::one_more(self.0.mul_add(a.0, b.0))
    }
    fn exp(self) -> Self {
        Self(Real::exp(self.0))
    }
    fn exp_m1(self) -> Self {
        Self(Real::exp_m1(self.0))
    }
    fn ln(self) -> Self {
        Self(Real::ln(self.0))
    }
    fn ln_1p(self) -> Self {
        Self(Real::ln_1p(self.0))
    }
    fn sqrt(self) -> Self {
        Self(self.0.sqrt())
    }
    fn tanh(self) -> Self {
        Self(Real::tanh(self.0))
    }
    fn abs(self) -> Self {
        Self(self.0.abs())
    }
    fn sin(self) -> Self {
        Self(self.0.sin())
    }
    fn cos(self) -> Self {
        Self(self.0.cos())
    }
    fn sigmoid(self) -> Self {
        Self(Real::sigmoid(self.0))
    }
}
