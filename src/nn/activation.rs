//! Activation functions by name.

use crate::real::Real;
use crate::tape::Var;

/// What a layer does to its pre-activation, element by element.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// Nothing: `y = a`.
    #[default]
    Linear,
    /// `y = tanh a`
    Tanh,
}

impl Activation {
    /// Applies it.
    #[must_use]
    #[track_caller]
    pub fn apply<R: Real>(self, a: Var<'_, R>) -> Var<'_, R> {
        match self {
            Self::Linear => a,
            Self::Tanh => a.tanh(),
        }
    }
}
