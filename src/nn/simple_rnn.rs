//! The Elman network: `h_t = tanh(x_t·W_ih + h_{t−1}·W_hh + b)`

use super::{Activation, Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params, Shape};

/// A simple recurrent layer, its size and options: `h_t = tanh(x_t·W_ih + h_{t−1}·W_hh + b)`.
///
/// Elman, *Finding structure in time* (1990). Keras `SimpleRNN`, PyTorch `RNN` (with its two biases
/// added up), TF1 `BasicRNNCell` (with its kernel split in two).
///
/// ```
/// # use tapeloop::{Memory, Params, Tape, nn::SimpleRnn};
/// let mut params = Params::<f32>::new(0);
/// let rnn = SimpleRnn::new(20).return_sequences(true).build(&mut params, "rnn", 3);
/// let tape = Tape::new(&params, Memory::new());
/// let x = tape.input([10, 7, 3], &[0.5; 210]); // [B, T, I]
/// assert_eq!(rnn.forward(x).shape().sizes(), [10, 7, 20]); // [B, T, H]
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SimpleRnn {
    units: usize,
    activation: Activation,
    bias: bool,
    return_sequences: bool,
    kernel_init: Init,
    recurrent_init: Init,
}

impl SimpleRnn {
    /// `H` units with tanh and a bias of zeros, Glorot uniform `W_ih` and orthogonal `W_hh` (Keras'
    /// defaults), of which the last output is returned.
    pub fn new(units: usize) -> Self {
        Self {
            units,
            activation: Activation::Tanh,
            bias: true,
            return_sequences: false,
            kernel_init: Init::GlorotUniform,
            recurrent_init: Init::Orthogonal { gain: 1.0 },
        }
    }

    /// Another activation than tanh.
    #[must_use]
    pub fn activation(self, activation: Activation) -> Self {
        Self { activation, ..self }
    }

    /// With or without `b`.
    #[must_use]
    pub fn bias(self, bias: bool) -> Self {
        Self { bias, ..self }
    }

    /// All outputs `[B, T, H]`, or only the last `[B, H]`.
    #[must_use]
    pub fn return_sequences(self, return_sequences: bool) -> Self {
        Self { return_sequences, ..self }
    }

    /// Other initial values of `W_ih` and `W_hh`.
    #[must_use]
    pub fn init(self, kernel: Init, recurrent: Init) -> Self {
        Self { kernel_init: kernel, recurrent_init: recurrent, ..self }
    }

    /// Adds the weights `{name}.w_ih` `[I, H]`, `{name}.w_hh` `[H, H]` and `{name}.b` `[H]` for inputs
    /// of size `I`, and returns the layer.
    ///
    /// # Panics
    /// If a name is taken.
    #[track_caller]
    pub fn build<R: Real>(
        self,
        params: &mut Params<R>,
        name: &str,
        inputs: usize,
    ) -> Recurrent<SimpleRnnCell> {
        let (i, h) = (inputs, self.units);
        let cell = SimpleRnnCell {
            w_ih: params.add(format!("{name}.w_ih"), [i, h], self.kernel_init),
            w_hh: params.add(format!("{name}.w_hh"), [h, h], self.recurrent_init),
            b: self.bias.then(|| params.add(format!("{name}.b"), [h], Init::Zeros)),
            activation: self.activation,
        };
        Recurrent { cell, return_sequences: self.return_sequences }
    }
}

/// One step of [`SimpleRnn`].
#[derive(Clone, Copy, Debug)]
pub struct SimpleRnnCell {
    /// `W_ih` `[I, H]`: from the input.
    pub w_ih: Param,
    /// `W_hh` `[H, H]`: from the last step.
    pub w_hh: Param,
    /// `b` `[H]`.
    pub b: Option<Param>,
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
        let (tape, [i, units]) = (x_t.tape(), [self.w_ih.shape().rows(), self.w_hh.shape().last()]);
        let [given, state] = [x_t, h].map(Var::shape);
        assert!(given.rank() == 2 && given.last() == i, "simple_rnn: x_t has shape {given}, not [B, {i}]");
        let fits = state == Shape::from([given.rows(), units]);
        assert!(fits, "simple_rnn: the state has shape {state}, not [{}, {units}]", given.rows());
        let a = x_t.matmul(tape.param(self.w_ih)) + h.matmul(tape.param(self.w_hh));
        let a = self.b.map_or(a, |b| a.add_bias(tape.param(b)));
        self.activation.apply(a)
    }
}
