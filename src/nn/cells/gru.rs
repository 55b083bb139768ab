//! The GRU as a layer: its size and options

use super::pytorch_init;
use crate::nn::{Activation, GruCell, Recurrent, Spec};
use crate::real::Real;
use crate::tensor::{Init, Params};

/// A GRU layer, its size and options. [`GruCell`] has the equations.
///
/// Cho et al. 2014. Keras `GRU` (gates `z, r, h`, where we call the last `n`); PyTorch `GRU` (gates `r, z, n`, weights
/// transposed); TF1 `GRUCell` (gates `r, u`, kernels split otherwise).
///
/// What all recurrent layers have (`return_sequences`, `dropout`, `build`, then `forward`, `run`) is at [`Recurrent`].
///
/// [`build`](Recurrent::build) adds the weights `{name}.w_ih` `[I, 3·H]`, `{name}.w_hh` `[H, 3·H]`, `{name}.b_ih`
/// `[3·H]` and, with [`Reset::After`], `{name}.b_hh` `[3·H]`.
pub type Gru = Recurrent<GruSpec>;

/// Where the reset gate acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub enum Reset {
    /// On `h_{t−1}·W`: Cho et al. 2014 as first sent to arXiv (v1), cuDNN, PyTorch, Keras' default (`reset_after=True`), ONNX `linear_before_reset=1`.
    #[default]
    After,
    /// On `h_{t−1}`, before the product: Cho et al. 2014 as published (v3), TF1, Keras' `reset_after=False`, ONNX' default.
    Before,
}

/// The size and options of a [`GruCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct GruSpec {
    units: usize,
    reset: Reset,
    bias: bool,
    activation: Activation,
    recurrent_activation: Activation,
    kernel_init: Init,
    recurrent_init: Init,
    bias_init: Init,
    gate_bias: f64,
}

impl Gru {
    /// `H` units that reset after the product, Glorot uniform `W_ih`, orthogonal `W_hh` and biases of 0 (Keras'
    /// defaults), of which the last output is returned.
    pub fn new(units: usize) -> Self {
        Self::of(GruSpec {
            units,
            reset: Reset::After,
            bias: true,
            activation: Activation::Tanh,
            recurrent_activation: Activation::Sigmoid,
            kernel_init: Init::GlorotUniform,
            recurrent_init: Init::Orthogonal { gain: 1.0 },
            bias_init: Init::Zeros,
            gate_bias: 0.0,
        })
    }

    /// All weights and biases uniform in `±1/√H`: PyTorch's defaults.
    pub fn pytorch(units: usize) -> Self {
        let uniform = pytorch_init(units);
        let mut gru = Self::new(units).init(uniform, uniform);
        gru.cell.bias_init = uniform;
        gru
    }

    /// What is added to the initial biases of `z` and `r`: 1 in TF1's `GRUCell`, so that units begin by remembering.
    #[must_use]
    pub fn gate_bias(mut self, bias: f64) -> Self {
        self.cell.gate_bias = bias;
        self
    }

    /// Before or after the product.
    #[must_use]
    pub fn reset(mut self, reset: Reset) -> Self {
        self.cell.reset = reset;
        self
    }

    /// With or without biases.
    #[must_use]
    pub fn bias(mut self, bias: bool) -> Self {
        self.cell.bias = bias;
        self
    }

    /// Another function than tanh for the new content. Every step is on the tape by itself then.
    #[must_use]
    pub fn activation(mut self, activation: Activation) -> Self {
        self.cell.activation = activation;
        self
    }

    /// Another function than the sigmoid for the gates. Every step is on the tape by itself then.
    #[must_use]
    pub fn recurrent_activation(mut self, activation: Activation) -> Self {
        self.cell.recurrent_activation = activation;
        self
    }

    /// Other initial values of `W_ih` and `W_hh`.
    #[must_use]
    pub fn init(mut self, kernel: Init, recurrent: Init) -> Self {
        (self.cell.kernel_init, self.cell.recurrent_init) = (kernel, recurrent);
        self
    }
}

impl Spec for GruSpec {
    type Cell = GruCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> GruCell {
        let (i, h) = (inputs, self.units);
        let w_ih = params.add(format!("{name}.w_ih"), [i, 3 * h], self.kernel_init);
        let w_hh = params.add(format!("{name}.w_hh"), [h, 3 * h], self.recurrent_init);
        let (mut b_ih, mut b_hh) = (None, None);
        if self.bias {
            let b = params.add(format!("{name}.b_ih"), [3 * h], self.bias_init);
            params[b][..2 * h].iter_mut().for_each(|b| *b += R::from_f64(self.gate_bias));
            b_ih = Some(b);
        }
        if self.bias && self.reset == Reset::After {
            b_hh = Some(params.add(format!("{name}.b_hh"), [3 * h], self.bias_init));
        }
        let Self { reset, activation, recurrent_activation, .. } = self;
        GruCell { w_ih, w_hh, b_ih, b_hh, reset, activation, recurrent_activation }
    }
}
