//! The Elman network: `h_t = tanh(x_t·W_ih + h_{t−1}·W_hh + b)`

use super::check::check;
use super::fused::{Weights, at_once};
use super::pytorch_init;
use crate::kernels::recurrent;
use crate::nn::{Activation, Cell, Recurrent, Spec, Way};
use crate::ops::RecurrenceKind;
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

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

/// One step of [`SimpleRnn`].
#[derive(Clone, Copy, Debug)]
pub struct SimpleRnnCell {
    /// `W_ih` `[I, H]`: from the input.
    pub w_ih: Param,
    /// `W_hh` `[H, H]`: from the last step.
    pub w_hh: Param,
    /// `b` or `b_ih` `[H]`.
    pub b: Option<Param>,
    /// `b_hh` `[H]`.
    pub b_hh: Option<Param>,
    /// tanh, as a rule.
    pub activation: Activation,
}

impl Cell for SimpleRnnCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.w_hh.shape().last()])
    }

    /// `h_t = tanh(x_t·W_ih + h_{t−1}·W_hh + b)`
    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        let (tape, [i, units]) = (x_t.tape(), [self.w_ih, self.w_hh].map(|w| w.shape().rows()));
        check("simple_rnn", x_t, i, &[("the state", h, units)]);
        let a = x_t.matmul(tape.param(self.w_ih)) + h.matmul(tape.param(self.w_hh));
        let a = [self.b, self.b_hh].into_iter().flatten().fold(a, |a, b| a.add_bias(tape.param(b)));
        self.activation.apply(a.named("a"))
    }

    #[track_caller]
    fn at_once<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        h: Var<'t, R>,
        way: Way<'t, R>,
    ) -> Option<(Var<'t, R>, Var<'t, R>)> {
        let kind = match self.activation {
            Activation::Tanh => recurrent::SimpleRnn::Tanh,
            Activation::Relu => recurrent::SimpleRnn::Relu,
            _ => return None,
        };
        let (w, u) = (x.tape().param(self.w_ih), x.tape().param(self.w_hh));
        let [b_x, b_h] = [self.b, self.b_hh].map(|b| b.map(|b| x.tape().param(b)));
        let (outputs, [h]) =
            at_once(RecurrenceKind::SimpleRnn(kind), Weights { w, u, b_x, b_h }, x, [h], way);
        Some((outputs, h))
    }
}
