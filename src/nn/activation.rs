//! Activation functions by name.

use crate::real::Real;
use crate::tape::Var;

/// What a layer does to its pre-activation `a`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub enum Activation {
    /// Nothing: `y = a`.
    #[default]
    Linear,
    /// `y = tanh a`
    Tanh,
    /// `y = a/(1 + |a|)`
    Softsign,
    /// `y = 1/(1 + e⁻ᵃ)`
    Sigmoid,
    /// `y = min(max(a/6 + 0.5, 0), 1)`: PyTorch, JAX and Keras 3.
    HardSigmoid,
    /// `y = min(max(0.2·a + 0.5, 0), 1)`: Keras 1 and 2, and ONNX unless told otherwise.
    HardSigmoidKeras2,
    /// `y = max(a, 0)`
    Relu,
    /// `y = a` above 0, else `slope·a`.
    LeakyRelu {
        /// 0.01 in PyTorch and ONNX, 0.2 in Keras 3.
        slope: f64,
    },
    /// `y = a` above 0, else `alpha·(eᵃ − 1)`.
    Elu {
        /// 1, as a rule.
        alpha: f64,
    },
    /// `y = ln(1 + eᵃ)`
    Softplus,
    /// `y = eᵃ`
    Exp,
    /// `yᵢ = e^aᵢ / Σⱼ e^aⱼ` over the last axis.
    Softmax,
    /// `yᵢ = aᵢ − ln Σⱼ e^aⱼ` over the last axis.
    LogSoftmax,
}

impl Activation {
    /// Applies it.
    #[must_use]
    #[track_caller]
    pub fn apply<R: Real>(self, a: Var<'_, R>) -> Var<'_, R> {
        match self {
            Self::Linear => a,
            Self::Tanh => a.tanh(),
            Self::Softsign => a.softsign(),
            Self::Sigmoid => a.sigmoid(),
            Self::HardSigmoid => a.hard_sigmoid(),
            Self::HardSigmoidKeras2 => a.hard_sigmoid_keras_2(),
            Self::Relu => a.relu(),
            Self::LeakyRelu { slope } => a.leaky_relu(slope),
            Self::Elu { alpha } => a.elu(alpha),
            Self::Softplus => a.softplus(),
            Self::Exp => a.exp(),
            Self::Softmax => a.softmax(),
            Self::LogSoftmax => a.log_softmax(),
        }
    }
}
