//! Activation functions by name.

use crate::real::Real;
use crate::tape::Var;

/// What a layer does to its pre-activation `a`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// Nothing: `y = a`.
    #[default]
    Linear,
    /// `y = tanh a`
    Tanh,
    /// `y = max(a, 0)`
    Relu,
    /// `y = 1/(1 + e⁻ᵃ)`
    Sigmoid,
    /// `yᵢ = e^aᵢ / Σⱼ e^aⱼ` over the last axis.
    Softmax,
}

impl Activation {
    /// Applies it.
    #[must_use]
    #[track_caller]
    pub fn apply<R: Real>(self, a: Var<'_, R>) -> Var<'_, R> {
        match self {
            Self::Linear => a,
            Self::Tanh => a.tanh(),
            Self::Relu => a.relu(),
            Self::Sigmoid => a.sigmoid(),
            Self::Softmax => a.softmax(),
        }
    }
}
