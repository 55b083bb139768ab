//! The affine layer: `y = f(x·W + b)`

use super::Activation;
use crate::real::Real;
use crate::tape::Var;
use crate::tensor::{Init, Param, Params};

/// A fully connected layer, its size and options: `y = f(x·W + b)`. Keras `Dense`, PyTorch `Linear` (whose weight is
/// the transpose).
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct Dense {
    units: usize,
    activation: Activation,
    bias: bool,
    init: Init,
    bias_init: Init,
}

impl Dense {
    /// `O` units without activation, Glorot uniform `W` and a bias of zeros (Keras' defaults).
    pub fn new(units: usize) -> Self {
        Self {
            units,
            activation: Activation::Linear,
            bias: true,
            init: Init::GlorotUniform,
            bias_init: Init::Zeros,
        }
    }

    /// With an activation.
    #[must_use]
    pub fn activation(self, activation: Activation) -> Self {
        Self { activation, ..self }
    }

    /// With or without `b`.
    #[must_use]
    pub fn bias(self, bias: bool) -> Self {
        Self { bias, ..self }
    }

    /// Other initial values of `W`.
    #[must_use]
    pub fn init(self, init: Init) -> Self {
        Self { init, ..self }
    }

    /// Other initial values of `b`.
    #[must_use]
    pub fn bias_init(self, init: Init) -> Self {
        Self { bias_init: init, ..self }
    }

    /// Adds the weights `{name}.w` `[I, O]` and `{name}.b` `[O]` for inputs of size `I`, and returns the
    /// layer.
    ///
    /// # Panics
    /// If a name is taken.
    #[track_caller]
    pub fn build<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> DenseLayer {
        DenseLayer {
            w: params.add(format!("{name}.w"), [inputs, self.units], self.init),
            b: match self.bias {
                false => None,
                true => Some(params.add(format!("{name}.b"), [self.units], self.bias_init)),
            },
            activation: self.activation,
        }
    }
}

/// A [`Dense`] layer with its weights.
#[derive(Clone, Copy, Debug)]
pub struct DenseLayer {
    /// `W` `[I, O]`.
    pub w: Param,
    /// `b` `[O]`.
    pub b: Option<Param>,
    /// Linear, as a rule.
    pub activation: Activation,
}

impl DenseLayer {
    /// `y = f(x·W + b)` `[.., O]` for `x` `[.., I]`: for every row, or every step of a sequence, alike.
    ///
    /// # Panics
    /// If the last axis of `x` isn't `I`.
    #[must_use]
    #[track_caller]
    pub fn forward<'t, R: Real>(&self, x: Var<'t, R>) -> Var<'t, R> {
        let (tape, given, inputs) = (x.tape(), x.shape(), self.w.shape().rows());
        assert!(
            given.rank() >= 2 && given.last() == inputs,
            "dense: x has shape {given}, not [.., {inputs}]"
        );
        let a = x.matmul(tape.param(self.w));
        let a = self.b.map_or(a, |b| a.add_bias(tape.param(b)));
        self.activation.apply(a)
    }
}
