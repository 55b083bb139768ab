//! Stack-RNN: an Elman net with a stack that it can push to and pop from, a little of each at once

use super::Gates;
use crate::nn::{Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer with a stack of numbers.
///
/// Joulin & Mikolov, *Inferring algorithmic patterns with stack-augmented recurrent nets* (2015), <https://arxiv.org/abs/1503.01007>,
/// section 3.2, one stack, with the action of doing nothing.
///
/// ```text
/// h_t = σ(x_t·W + h_{t−1}·U + s_{t−1}[0..2]·P + b)   reads the two topmost numbers
/// a = softmax(h_t·A)                             push, pop, or neither [B, 3]
/// s_t[0] = a_push·σ(h_t·D) + a_pop·s_{t−1}[1] + a_none·s_{t−1}[0]
/// s_t[i] = a_push·s_{t−1}[i−1] + a_pop·s_{t−1}[i+1] + a_none·s_{t−1}[i]
/// ```
///
/// An empty place holds −1. The stack has room for 16 numbers, see [`depth`](Self::depth): what is pushed beyond is lost. (`b` is not in the paper.) The paper's `U`
/// is `W` here, and its `R` is `U`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, H]`, Glorot uniform, `{name}.u` `[H, H]`, orthogonal, and `{name}.b` `[H]`, zeros, then `{name}.p` `[2, H]`,
/// `{name}.a` `[H, 3]` and `{name}.d` `[H, 1]`, Glorot uniform.
pub type StackRnn = Recurrent<StackRnnSpec>;

/// How many numbers from the top are read.
const READ: usize = 2;

/// What an empty place holds.
const EMPTY: f64 = -1.0;

/// The sizes of a [`StackRnnCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct StackRnnSpec {
    units: usize,
    depth: usize,
}

impl StackRnn {
    /// `H` units.
    pub fn new(units: usize) -> Self {
        Self::of(StackRnnSpec { units, depth: 16 })
    }

    /// Room for so many numbers.
    ///
    /// # Panics
    /// For less than two.
    #[must_use]
    #[track_caller]
    pub fn depth(mut self, depth: usize) -> Self {
        assert!(depth >= READ, "stack_rnn: a depth of {depth} is less than the {READ} that are read");
        self.cell.depth = depth;
        self
    }
}

impl Spec for StackRnnSpec {
    type Cell = StackRnnCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> StackRnnCell {
        let units = self.units;
        let gates = Gates::new(params, name, [inputs, units]);
        let mut add = |part, shape| params.add(format!("{name}.{part}"), shape, Init::GlorotUniform);
        let (p, a, d) = (add("p", [READ, units]), add("a", [units, 3]), add("d", [units, 1]));
        StackRnnCell { gates, p, a, d, depth: self.depth }
    }
}

/// One step of a [`StackRnn`].
#[derive(Clone, Copy, Debug)]
pub struct StackRnnCell {
    /// `W`, `U`, `b`.
    pub gates: Gates<1>,
    /// `P` `[2, H]`: from the top of the stack.
    pub p: Param,
    /// `A` `[H, 3]`: to the actions.
    pub a: Param,
    /// `D` `[H, 1]`: to what is pushed.
    pub d: Param,
    depth: usize,
}

impl Cell for StackRnnCell {
    /// `h` `[B, H]` and the stack `s` `[B, depth]`, the top first.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        (tape.zeros([batch, self.gates.units()]), tape.zeros([batch, self.depth]) + EMPTY)
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, (h, s): Self::State<'t, R>) -> Self::State<'t, R> {
        let (tape, batch, depth) = (x_t.tape(), x_t.shape().rows(), self.depth);
        let [a_h] = self.gates.of("stack_rnn", x_t, h);
        let h = (a_h + s.slice(1, 0, READ).matmul(tape.param(self.p))).named("a").sigmoid();

        let actions = h.matmul(tape.param(self.a)).softmax().named("actions");
        let [push, pop, none] = [0, 1, 2].map(|n| actions.slice(1, n, 1).expand(s.shape()));
        let new = h.matmul(tape.param(self.d)).sigmoid().named("new");
        let pushed = tape.concat(1, &[new, s.slice(1, 0, depth - 1)]);
        let popped = tape.concat(1, &[s.slice(1, 1, depth - 1), tape.zeros([batch, 1]) + EMPTY]);
        (h, (push * pushed + pop * popped + none * s).named("s"))
    }
}
