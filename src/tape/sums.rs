//! Sums, means, norms: methods of [`Var`].

use super::Var;
use crate::ops;
use crate::real::Real;

impl<R: Real> Var<'_, R> {
    /// `Σ x` over all elements, a scalar.
    #[must_use]
    #[track_caller]
    pub fn sum(self) -> Self {
        self.tape().record(ops::Sum, &[self])
    }
}
