//! Sums, means, norms, softmax, normalising: methods of [`Var`].

use super::Var;
use crate::ops;
use crate::real::Real;

impl<R: Real> Var<'_, R> {
    /// `Σ x` over all elements, a scalar. 0 if there are none.
    #[must_use]
    #[track_caller]
    pub fn sum(self) -> Self {
        self.tape().record(ops::Sum, &[self])
    }

    /// The mean of all elements, a scalar. NaN if there are none.
    #[must_use]
    #[track_caller]
    pub fn mean(self) -> Self {
        self.tape().record(ops::Mean, &[self])
    }

    /// The Euclidean norm `√(Σ x²)` of all elements, a scalar. Its gradient at the origin is 0.
    #[must_use]
    #[track_caller]
    pub fn norm(self) -> Self {
        self.tape().record(ops::Norm, &[self])
    }

    /// The sum over an axis, which disappears: `[B, T, H]` summed over axis 1 is `[B, H]`.
    ///
    /// # Panics
    /// If there is no such axis.
    #[must_use]
    #[track_caller]
    pub fn sum_axis(self, axis: usize) -> Self {
        self.tape().record(ops::SumAxis { axis }, &[self])
    }

    /// The mean over an axis, which disappears. NaN if the axis is empty.
    ///
    /// # Panics
    /// If there is no such axis.
    #[must_use]
    #[track_caller]
    pub fn mean_axis(self, axis: usize) -> Self {
        self.tape().record(ops::MeanAxis { axis }, &[self])
    }

    /// The maximum over an axis, which disappears. Ties share the gradient: PyTorch `amax`.
    ///
    /// # Panics
    /// If there is no such axis, or it is empty.
    #[must_use]
    #[track_caller]
    pub fn max_axis(self, axis: usize) -> Self {
        self.tape().record(ops::MaxAxis { axis }, &[self])
    }

    /// `e^xᵢ / Σⱼ e^xⱼ` over the last axis.
    ///
    /// # Panics
    /// For a scalar.
    #[must_use]
    #[track_caller]
    pub fn softmax(self) -> Self {
        self.tape().record(ops::Softmax, &[self])
    }

    /// `xᵢ − ln Σⱼ e^xⱼ` over the last axis: the logarithm of the softmax.
    ///
    /// # Panics
    /// For a scalar.
    #[must_use]
    #[track_caller]
    pub fn log_softmax(self) -> Self {
        self.tape().record(ops::LogSoftmax, &[self])
    }

    /// `ln Σⱼ e^xⱼ` over the last axis, which disappears. −∞ if it is empty.
    ///
    /// # Panics
    /// For a scalar.
    #[must_use]
    #[track_caller]
    pub fn logsumexp(self) -> Self {
        self.tape().record(ops::LogSumExp, &[self])
    }

    /// `(x − μ)/√(σ² + ε)·γ + β`, where `μ` and `σ²` are mean and variance over the last `axes` axes together, `gamma`
    /// and `beta` have the shape of these, and either may be missing.
    ///
    /// PyTorch `layer_norm` (whose ε is 1e-5). Ba, Kiros & Hinton 2016.
    ///
    /// # Panics
    /// If `x` has fewer axes or `axes` is 0, or `gamma` or `beta` has another shape.
    #[must_use]
    #[track_caller]
    pub fn layer_norm(self, axes: usize, gamma: Option<Self>, beta: Option<Self>, epsilon: f64) -> Self {
        let op = ops::LayerNorm { axes, epsilon, scale: gamma.is_some(), center: beta.is_some() };
        match (gamma, beta) {
            (Some(gamma), Some(beta)) => self.tape().record(op, &[self, gamma, beta]),
            (Some(only), None) | (None, Some(only)) => self.tape().record(op, &[self, only]),
            (None, None) => self.tape().record(op, &[self]),
        }
    }
}
