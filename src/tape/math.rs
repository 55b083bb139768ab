//! Element by element: methods and operators of [`Var`].

use super::Var;
use crate::ops;
use crate::real::Real;

impl<R: Real> Var<'_, R> {
    /// `tanh x`.
    #[must_use]
    #[track_caller]
    pub fn tanh(self) -> Self {
        self.tape().record(ops::Tanh, &[self])
    }
}

macro_rules! operator {
    ($Trait:ident, $method:ident) => {
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
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
