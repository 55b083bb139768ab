//! `+ − · /` of variables, and of a variable and a number.

use super::Var;
use crate::ops;
use crate::real::Real;

macro_rules! operator {
    ($Trait:ident, $method:ident, $x:ident, $c:ident => $with_number:expr) => {
        /// Element by element.
        ///
        /// # Panics
        /// If the shapes differ.
        impl<R: Real> std::ops::$Trait for Var<'_, R> {
            type Output = Self;
            #[track_caller]
            fn $method(self, other: Self) -> Self {
                self.tape().record(ops::$Trait, &[self, other])
            }
        }

        /// The same number for every element.
        impl<R: Real> std::ops::$Trait<f64> for Var<'_, R> {
            type Output = Self;
            #[track_caller]
            fn $method(self, $c: f64) -> Self {
                let $x = self;
                $with_number
            }
        }
    };
}

operator!(Add, add, x, c => x.shift(c));
operator!(Sub, sub, x, c => x.shift(-c));
operator!(Mul, mul, x, c => x.scale(c));
operator!(Div, div, x, c => x.scale(1.0 / c));

impl<R: Real> std::ops::Neg for Var<'_, R> {
    type Output = Self;
    #[track_caller]
    fn neg(self) -> Self {
        self.tape().record(ops::Neg, &[self])
    }
}

macro_rules! number_first {
    ($Trait:ident, $method:ident, $c:ident, $x:ident => $y:expr) => {
        /// The same number for every element.
        impl<'t, R: Real> std::ops::$Trait<Var<'t, R>> for f64 {
            type Output = Var<'t, R>;
            #[track_caller]
            fn $method(self, $x: Var<'t, R>) -> Var<'t, R> {
                let $c = self;
                $y
            }
        }
    };
}

number_first!(Add, add, c, x => x.shift(c));
number_first!(Sub, sub, c, x => (-x).shift(c)); // as in 1.0 - z
number_first!(Mul, mul, c, x => x.scale(c));
