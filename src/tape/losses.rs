//! Losses: methods of [`Var`], called on the prediction.

use super::Var;
use crate::ops::{self, Reduction};
use crate::real::Real;

impl<R: Real> Var<'_, R> {
    /// The mean squared error `mean (p − y)²`, a scalar.
    ///
    /// PyTorch `MSELoss`, Keras `MeanSquaredError`.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    #[track_caller]
    pub fn mse(self, target: Self) -> Self {
        self.mse_with(target, Reduction::Mean)
    }

    /// The squared error `(p − y)²`, reduced as asked.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    #[track_caller]
    pub fn mse_with(self, target: Self, reduction: Reduction) -> Self {
        self.tape().record(ops::Mse { reduction }, &[self, target])
    }
}
