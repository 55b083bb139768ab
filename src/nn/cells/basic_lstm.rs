//! TF1's `BasicLSTMCell`, to the letter

use super::fused::{Weights, at_once};
use crate::kernels::recurrent::{self, GateOrder};
use crate::nn::{Activation, Cell, LstmState, Recurrent, Spec, Way};
use crate::ops::RecurrenceKind;
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params, Shape};

/// A layer of [`BasicLstmCell`]s, its size and options. TF1 `BasicLSTMCell` under `dynamic_rnn`.
///
/// What all recurrent layers have (`return_sequences`, `dropout`, `build`, then `forward`, `run`) is at [`Recurrent`].
///
/// [`build`](Recurrent::build) adds the weights `{name}.kernel` `[I+H, 4·H]` and `{name}.bias` `[4·H]`.
///
/// ```
/// # use tapeloop::{Memory, Params, Tape, nn::BasicLstm};
/// let mut params = Params::<f32>::new(0);
/// let lstm = BasicLstm::new(10).return_sequences(true).build(&mut params, "lstm", 1);
/// let tape = Tape::new(&params, Memory::new());
/// let outputs = lstm.forward(tape.input([3, 4, 1], &[0.5; 12]));
/// assert_eq!(outputs.shape().sizes(), [3, 4, 10]); // [B, T, H]
/// ```
pub type BasicLstm = Recurrent<BasicLstmSpec>;

/// The size and options of a [`BasicLstmCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct BasicLstmSpec {
    units: usize,
    forget_bias: f64,
    activation: Activation,
    init: Init,
}

impl BasicLstm {
    /// `H` units with a forget bias of 1, the whole kernel Glorot uniform, the bias 0.
    pub fn new(units: usize) -> Self {
        let (activation, init) = (Activation::Tanh, Init::GlorotUniform);
        Self::of(BasicLstmSpec { units, forget_bias: 1.0, activation, init })
    }

    /// Another forget bias. It is added at every step, and is no part of the weights.
    #[must_use]
    pub fn forget_bias(mut self, forget_bias: f64) -> Self {
        self.cell.forget_bias = forget_bias;
        self
    }

    /// Another function than tanh, for `j` and for `c`. Every step is on the tape by itself then.
    #[must_use]
    pub fn activation(mut self, activation: Activation) -> Self {
        self.cell.activation = activation;
        self
    }

    /// Other initial values of the kernel.
    #[must_use]
    pub fn init(mut self, kernel: Init) -> Self {
        self.cell.init = kernel;
        self
    }
}

impl Spec for BasicLstmSpec {
    type Cell = BasicLstmCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> BasicLstmCell {
        let (i, h) = (inputs, self.units);
        BasicLstmCell {
            kernel: params.add(format!("{name}.kernel"), [i + h, 4 * h], self.init),
            bias: params.add(format!("{name}.bias"), [4 * h], Init::Zeros),
            forget_bias: self.forget_bias,
            activation: self.activation,
        }
    }
}

/// One step of [`BasicLstm`].
///
/// ```text
/// [i, j, f, o] = [x_t, h_{t−1}]·kernel + bias
/// c_t = σ(f + forget_bias)⊙c_{t−1} + σ(i)⊙tanh(j)
/// h_t = σ(o)⊙tanh(c_t)
/// ```
///
/// Zaremba, Sutskever & Vinyals 2014.
#[derive(Clone, Copy, Debug)]
pub struct BasicLstmCell {
    /// `[I+H, 4·H]`: rows of the input over rows of the last step; gates `i, j, f, o`.
    pub kernel: Param,
    /// `[4·H]`
    pub bias: Param,
    /// Added to `f`.
    pub forget_bias: f64,
    /// tanh, as a rule.
    pub activation: Activation,
}

impl BasicLstmCell {
    /// `I` and `H`.
    fn sizes(&self) -> [usize; 2] {
        let h = self.bias.shape().last() / 4;
        [self.kernel.shape().rows() - h, h]
    }
}

impl Cell for BasicLstmCell {
    type State<'t, R: Real> = LstmState<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> LstmState<'t, R> {
        let [_, h] = self.sizes();
        LstmState { h: tape.zeros([batch, h]), c: tape.zeros([batch, h]) }
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, state: LstmState<'t, R>) -> LstmState<'t, R> {
        let (tape, [inputs, units]) = (x_t.tape(), self.sizes());
        state.check("basic_lstm", x_t, [inputs, units, units]);
        let LstmState { h, c } = state;
        let a = tape.concat(1, &[x_t, h]).matmul(tape.param(self.kernel)).add_bias(tape.param(self.bias));
        let [i, j, f, o] = [0, 1, 2, 3].map(|gate| a.slice(1, gate * units, units));
        let (i, f) =
            (i.named("a_i").sigmoid().named("i"), (f + self.forget_bias).named("a_f").sigmoid().named("f"));
        let (j, o) = (self.activation.apply(j.named("a_j")).named("j"), o.named("a_o").sigmoid().named("o"));
        let c = (f * c + i * j).named("c");
        LstmState { h: o * self.activation.apply(c), c }
    }

    #[track_caller]
    fn at_once<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        LstmState { h, c }: LstmState<'t, R>,
        way: Way<'t, R>,
    ) -> Option<(Var<'t, R>, LstmState<'t, R>)> {
        if self.activation != Activation::Tanh {
            return None;
        }
        let step = recurrent::Lstm { order: GateOrder::Igfo, forget_bias: self.forget_bias };
        let (tape, [inputs, units]) = (x.tape(), self.sizes());
        let kernel = tape.param(self.kernel);
        let rows =
            |from: usize, count: usize| tape.part(kernel, from * 4 * units, Shape::from([count, 4 * units]));
        let (w, u, b_x) = (rows(0, inputs), rows(inputs, units), Some(tape.param(self.bias)));
        let weights = Weights { w, u, b_x, b_h: None };
        let (outputs, [h, c]) = at_once(RecurrenceKind::Lstm(step), weights, x, [h, c], way);
        Some((outputs, LstmState { h, c }))
    }
}
