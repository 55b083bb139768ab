//! One step of the LSTM: a memory `c`, and gates that say what enters, stays and leaves

use super::check::check;
use super::fused::{Weights, at_once};
use crate::kernels::recurrent::{self, GateOrder};
use crate::nn::{Activation, Cell, State, Way};
use crate::ops::RecurrenceKind;
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Param;

/// One step of [`Lstm`](crate::nn::Lstm).
///
/// ```text
/// [a_i, a_f, a_g, a_o] = x_t·W_ih + h_{t−1}·W_hh + b        b_ih + b_hh if there are two
/// i = σ(a_i + p_i⊙c_{t−1})       what enters                 p_i, p_f, p_o only with peepholes
/// f = σ(a_f + p_f⊙c_{t−1})       what stays                  1 − i if the gates are coupled
/// g = tanh(a_g)                  new content
/// c_t = f⊙c_{t−1} + i⊙g                                      kept in ±cell_clip, if there is one
/// o = σ(a_o + p_o⊙c_t)           what leaves
/// h_t = o⊙tanh(c_t)                                          ·W_hr if there is a projection
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LstmCell {
    /// `W_ih` `[I, 4·H]`: from the input, gates `i, f, g, o`.
    pub w_ih: Param,
    /// `W_hh` `[H, 4·H]`: from the last step; with a projection `[P, 4·H]`.
    pub w_hh: Param,
    /// `b` or `b_ih` `[4·H]`.
    pub b: Option<Param>,
    /// `b_hh` `[4·H]`.
    pub b_hh: Option<Param>,
    /// From `c` to the gates.
    pub peepholes: Option<Peepholes>,
    /// `W_hr` `[H, P]`: the projection.
    pub w_hr: Option<Param>,
    /// tanh, as a rule.
    pub activation: Activation,
    /// σ, as a rule.
    pub recurrent_activation: Activation,
    /// The limit of `|c|`.
    pub cell_clip: Option<f64>,
    /// Whether `f = 1 − i`.
    pub coupled: bool,
}

/// How much each gate sees of its unit's own memory, `[H]` each.
#[derive(Clone, Copy, Debug)]
pub struct Peepholes {
    /// `p_i`
    pub i: Param,
    /// `p_f`
    pub f: Param,
    /// `p_o`
    pub o: Param,
}

/// The state of an LSTM.
#[derive(Clone, Copy, Debug)]
pub struct LstmState<'t, R: Real = f32> {
    /// The output `h` `[B, H]`.
    pub h: Var<'t, R>,
    /// The memory `c` `[B, H]`.
    pub c: Var<'t, R>,
}

impl<'t, R: Real> State<'t, R> for LstmState<'t, R> {
    fn output(self) -> Var<'t, R> {
        self.h
    }

    fn with_output(self, h: Var<'t, R>) -> Self {
        Self { h, ..self }
    }

    fn zip(self, other: Self, mut f: impl FnMut(Var<'t, R>, Var<'t, R>) -> Var<'t, R>) -> Self {
        Self { h: f(self.h, other.h), c: f(self.c, other.c) }
    }
}

impl<'t, R: Real> LstmState<'t, R> {
    /// Panics unless `x_t` is `[B, I]`, `h` `[B, P]` and `c` `[B, H]`.
    #[track_caller]
    pub(super) fn check(self, layer: &str, x_t: Var<'t, R>, [i, p, h]: [usize; 3]) {
        check(layer, x_t, i, &[("the state h", self.h, p), ("the state c", self.c, h)]);
    }
}

impl LstmCell {
    fn sizes(&self) -> [usize; 3] {
        [self.w_ih.shape().rows(), self.w_hh.shape().rows(), self.w_ih.shape().last() / 4]
    }

    /// Whether it is the LSTM of the operation for whole sequences.
    fn is_plain(&self) -> bool {
        let functions = (self.activation, self.recurrent_activation);
        functions == (Activation::Tanh, Activation::Sigmoid)
            && self.peepholes.is_none()
            && self.w_hr.is_none()
            && self.cell_clip.is_none()
            && !self.coupled
    }
}

impl Cell for LstmCell {
    type State<'t, R: Real> = LstmState<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> LstmState<'t, R> {
        let [_, outputs, units] = self.sizes();
        LstmState { h: tape.zeros([batch, outputs]), c: tape.zeros([batch, units]) }
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, state: LstmState<'t, R>) -> LstmState<'t, R> {
        state.check("lstm", x_t, self.sizes());
        let (tape, LstmState { h, c }) = (x_t.tape(), state);
        let a = x_t.matmul(tape.param(self.w_ih)) + h.matmul(tape.param(self.w_hh));
        let a = [self.b, self.b_hh].into_iter().flatten().fold(a, |a, b| a.add_bias(tape.param(b)));
        let units = c.shape().last();
        let [a_i, a_f, a_g, a_o] = [0, 1, 2, 3].map(|gate| a.slice(1, gate * units, units));

        let sigma = |a| self.recurrent_activation.apply(a);
        let peep = |a: Var<'t, R>, p: fn(Peepholes) -> Param, c: Var<'t, R>| match self.peepholes {
            None => a,
            Some(peepholes) => a + tape.param(p(peepholes)).expand(c.shape()) * c,
        };
        let i = sigma(peep(a_i, |p| p.i, c).named("a_i")).named("i");
        let f = if self.coupled { 1.0 - i } else { sigma(peep(a_f, |p| p.f, c).named("a_f")) }.named("f");
        let g = self.activation.apply(a_g.named("a_g")).named("g");
        let c = f * c + i * g;
        let c = self.cell_clip.map_or(c, |limit| c.clamp(-limit, limit)).named("c");
        let o = sigma(peep(a_o, |p| p.o, c).named("a_o")).named("o");
        let h = o * self.activation.apply(c);
        let h = self.w_hr.map_or(h, |w_hr| h.matmul(tape.param(w_hr)));
        LstmState { h, c }
    }

    #[track_caller]
    fn at_once<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        LstmState { h, c }: LstmState<'t, R>,
        way: Way<'t, R>,
    ) -> Option<(Var<'t, R>, LstmState<'t, R>)> {
        if !self.is_plain() {
            return None;
        }
        let kind = RecurrenceKind::Lstm(recurrent::Lstm { order: GateOrder::Ifgo, forget_bias: 0.0 });
        let (w, u) = (x.tape().param(self.w_ih), x.tape().param(self.w_hh));
        let [b_x, b_h] = [self.b, self.b_hh].map(|b| b.map(|b| x.tape().param(b)));
        let (outputs, [h, c]) = at_once(kind, Weights { w, u, b_x, b_h }, x, [h, c], way);
        Some((outputs, LstmState { h, c }))
    }
}
