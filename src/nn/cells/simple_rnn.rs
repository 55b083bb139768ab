//! The Elman network as a layer: its size and options

use super::pytorch_init;
use crate::nn::{Activation, Recurrent, SimpleRnnCell, Spec};
use crate::real::Real;
use crate::tensor::{Init, Params};

/// A simple recurrent layer, its size and options: `h_t = tanh(x_t·W_ih + h_{t−1}·W_hh + b)`.
///
/// Elman, *Finding structure in time* (1990). Keras `SimpleRNN`, TF1 `BasicRNNCell` (with its kernel split in two), PyTorch
/// `RNN` ([`SimpleRnn::pytorch`], with two biases).
///
/// What all recurrent layers have (`return_sequences`, `dropout`, `build`, then `forward`, `run`) is at [`Recurrent`].
///
/// [`build`](Recurrent::build) adds the weights `{name}.w_ih` `[I, H]`, `{name}.w_hh` `[H, H]` and `{name}.b` `[H]`.
///
/// ```
/// # use tapeloop::{Memory, Params, Tape, nn::SimpleRnn};
/// let mut params = Params::<f32>::new(0);
/// let rnn = SimpleRnn::new(20).return_sequences(true).build(&mut params, "rnn", 3);
/// let tape = Tape::new(&params, Memory::new());
/// let x = tape.input([10, 7, 3], &[0.5; 210]); // [B, T, I]
/// assert_eq!(rnn.forward(x).shape().sizes(), [10, 7, 20]); // [B, T, H]
/// ```
pub type SimpleRnn = Recurrent<SimpleRnnSpec>;

/// The size and options of a [`SimpleRnnCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct SimpleRnnSpec {
    units: usize,
    activation: Activation,
    bias: bool,
    recurrent_bias: bool,
    bias_init: Init,
    kernel_init: Init,
    recurrent_init: Init,
}

impl SimpleRnn {
    /// `H` units with tanh and a bias of zeros, Glorot uniform `W_ih` and orthogonal `W_hh` (Keras'
    /// defaults), of which the last output is returned.
    pub fn new(units: usize) -> Self {
        Self::of(SimpleRnnSpec {
            units,
            activation: Activation::Tanh,
            bias: true,
            recurrent_bias: false,
            bias_init: Init::Zeros,
            kernel_init: Init::GlorotUniform,
            recurrent_init: Init::Orthogonal { gain: 1.0 },
        })
    }

    /// `H` units with two biases, all weights uniform in `±1/√H`: PyTorch's defaults. (Two biases, each with the same
    /// gradient, learn twice as fast as one.)
    pub fn pytorch(units: usize) -> Self {
        let uniform = pytorch_init(units);
        let mut rnn = Self::new(units).init(uniform, uniform);
        (rnn.cell.recurrent_bias, rnn.cell.bias_init) = (true, uniform);
        rnn
    }

    /// Another activation than tanh. tanh and relu have an operation for whole sequences, the others are unrolled.
    #[must_use]
    pub fn activation(mut self, activation: Activation) -> Self {
        self.cell.activation = activation;
        self
    }

    /// With or without biases.
    #[must_use]
    pub fn bias(mut self, bias: bool) -> Self {
        self.cell.bias = bias;
        self
    }

    /// Other initial values of `W_ih` and `W_hh`.
    #[must_use]
    pub fn init(mut self, kernel: Init, recurrent: Init) -> Self {
        (self.cell.kernel_init, self.cell.recurrent_init) = (kernel, recurrent);
        self
    }
}

impl Spec for SimpleRnnSpec {
    type Cell = SimpleRnnCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> SimpleRnnCell {
        let (i, h) = (inputs, self.units);
        SimpleRnnCell {
            w_ih: params.add(format!("{name}.w_ih"), [i, h], self.kernel_init),
            w_hh: params.add(format!("{name}.w_hh"), [h, h], self.recurrent_init),
            b: match (self.bias, self.recurrent_bias) {
                (false, _) => None,
                (true, false) => Some(params.add(format!("{name}.b"), [h], self.bias_init)),
                (true, true) => Some(params.add(format!("{name}.b_ih"), [h], self.bias_init)),
            },
            b_hh: match self.bias && self.recurrent_bias {
                false => None,
                true => Some(params.add(format!("{name}.b_hh"), [h], self.bias_init)),
            },
            activation: self.activation,
        }
    }
}
