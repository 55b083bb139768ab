//! IndRNN: units that each read only themselves

use crate::nn::cells::check;
use crate::nn::{Activation, Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of independent units: the recurrent weight is a number for each, not a matrix.
///
/// Li, Li, Cook, Zhu & Gao, *Independently recurrent neural network (IndRNN): building a longer and deeper RNN* (2018),
/// <https://arxiv.org/abs/1803.04831>. torchrecurrent `IndRNNCell` (whose activation is tanh, unless told otherwise).
///
/// ```text
/// h_t = relu(x_t·W + u⊙h_{t−1} + b)
/// ```
///
/// Units meet in the next layer, so two layers or more belong [on top of each other](crate::nn::Stacked).
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, H]`, Glorot uniform, `{name}.u` `[H]`, uniform in 0 to 1, and `{name}.b` `[H]`, zeros.
/// (The paper also bounds `|u|` in training, by `2^(1/T)`: clamp it after each step of the optimizer.)
pub type IndRnn = Recurrent<IndRnnSpec>;

/// The size and options of an [`IndRnnCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct IndRnnSpec {
    units: usize,
    activation: Activation,
}

impl IndRnn {
    /// `H` units.
    pub fn new(units: usize) -> Self {
        Self::of(IndRnnSpec { units, activation: Activation::Relu })
    }

    /// Another function than relu.
    #[must_use]
    pub fn activation(mut self, activation: Activation) -> Self {
        self.cell.activation = activation;
        self
    }
}

impl Spec for IndRnnSpec {
    type Cell = IndRnnCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> IndRnnCell {
        IndRnnCell {
            w: params.add(format!("{name}.w"), [inputs, self.units], Init::GlorotUniform),
            u: params.add(format!("{name}.u"), [self.units], Init::Uniform { low: 0.0, high: 1.0 }),
            b: params.add(format!("{name}.b"), [self.units], Init::Zeros),
            activation: self.activation,
        }
    }
}

/// One step of an [`IndRnn`].
#[derive(Clone, Copy, Debug)]
pub struct IndRnnCell {
    /// `W` `[I, H]`
    pub w: Param,
    /// `u` `[H]`
    pub u: Param,
    /// `b` `[H]`
    pub b: Param,
    /// relu, as a rule.
    pub activation: Activation,
}

impl Cell for IndRnnCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.u.shape().last()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        check("ind_rnn", x_t, self.w.shape().rows(), &[("the state h", h, self.u.shape().last())]);
        let (w, u, b) = (h.tape().param(self.w), h.tape().param(self.u), h.tape().param(self.b));
        let a = x_t.matmul(w).add_bias(b) + u.expand(h.shape()) * h;
        self.activation.apply(a.named("a"))
    }
}
