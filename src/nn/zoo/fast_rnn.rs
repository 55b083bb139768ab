//! FastRNN: an Elman net with a weighted residual

use super::Gates;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of Elman's units with a residual connection, weighted by two learnt numbers.
///
/// Kusupati, Singh, Bhatia, Kumar, Jain & Varma, *FastGRNN: a fast, accurate, stable and tiny kilobyte sized gated recurrent neural
/// network* (2018), <https://arxiv.org/abs/1901.02358>. torchrecurrent `FastRNNCell`, EdgeML `FastRNNCell`.
///
/// ```text
/// h̃_t = tanh(x_t·W + h_{t−1}·U + b)
/// h_t = σ(α)·h̃_t + σ(β)·h_{t−1}
/// ```
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, H]`, Glorot uniform, `{name}.u` `[H, H]`, orthogonal, `{name}.b` `[H]`, zeros, and `{name}.alpha` and
/// `{name}.beta`, `[1]` each, which begin at −3 and 3, so that a step changes little: EdgeML's values. (torchrecurrent has them the other way
/// round, and the paper's `σ(β) ≈ 1 − σ(α)` holds in both. EdgeML draws both matrices from a normal distribution with deviation 0.1, and begins `b` at 1.)
pub type FastRnn = Recurrent<FastRnnSpec>;

units_only!(FastRnn, FastRnnSpec, FastRnnCell, "`H` units.");

/// One step of a [`FastRnn`].
#[derive(Clone, Copy, Debug)]
pub struct FastRnnCell {
    /// `W`, `U`, `b` of `h̃`.
    pub gates: Gates<1>,
    /// `α` `[1]`: how much of the new content, before σ.
    pub alpha: Param,
    /// `β` `[1]`: how much of the last state, before σ.
    pub beta: Param,
}

impl FastRnnCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        Self {
            gates: Gates::new(params, name, [inputs, units]),
            alpha: params.add(format!("{name}.alpha"), [1], Init::Constant(-3.0)),
            beta: params.add(format!("{name}.beta"), [1], Init::Constant(3.0)),
        }
    }
}

impl Cell for FastRnnCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.gates.units()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// The residual is `h_{t−1}` itself; the product reads `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let weight = |param| h.tape().param(param).sigmoid().expand(h.shape());
        let [a] = self.gates.of("fast_rnn", x_t, read);
        weight(self.alpha) * a.named("a").tanh().named("h̃") + weight(self.beta) * h
    }
}
