//! One step of the GRU: one state, and gates that say how much of it is new

use super::check::check;
use super::fused::{Weights, at_once};
use crate::kernels::recurrent;
use crate::nn::{Activation, Cell, Reset, Way};
use crate::ops::RecurrenceKind;
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Param;

/// One step of [`Gru`](crate::nn::Gru).
///
/// ```text
/// [x_z, x_r, x_n] = x_t·W_ih + b_ih
/// [h_z, h_r, h_n] = h_{t−1}·W_hh + b_hh          h_n = (r⊙h_{t−1})·W_hn if the reset comes before
/// z = σ(x_z + h_z)                               what stays
/// r = σ(x_r + h_r)                               what the new content sees of the old
/// n = tanh(x_n + r⊙h_n)                          tanh(x_n + h_n) if the reset comes before
/// h_t = z⊙h_{t−1} + (1 − z)⊙n
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GruCell {
    /// `W_ih` `[I, 3·H]`: from the input, gates `z, r, n`.
    pub w_ih: Param,
    /// `W_hh` `[H, 3·H]`: from the last step.
    pub w_hh: Param,
    /// `b_ih` `[3·H]`.
    pub b_ih: Option<Param>,
    /// `b_hh` `[3·H]`. If the reset comes before, it would be the same as `b_ih`, and as a rule there is none.
    pub b_hh: Option<Param>,
    /// Where the reset acts.
    pub reset: Reset,
    /// tanh, as a rule.
    pub activation: Activation,
    /// σ, as a rule.
    pub recurrent_activation: Activation,
}

impl Cell for GruCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.w_hh.shape().rows()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// Only the products read `read`: what `z` keeps is `h_{t−1}` itself.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let (tape, [i, units]) = (x_t.tape(), [self.w_ih, self.w_hh].map(|w| w.shape().rows()));
        check("gru", x_t, i, &[("the state", h, units)]);

        let add = |a: Var<'t, R>, b: Option<Param>| b.map_or(a, |b| a.add_bias(tape.param(b)));
        let gate = |a: Var<'t, R>, gate: usize| a.slice(1, gate * units, units);
        let sigma = |a| self.recurrent_activation.apply(a);
        let w_hh = tape.param(self.w_hh);
        let x = add(x_t.matmul(tape.param(self.w_ih)), self.b_ih);
        let gates = |x, a| {
            let [a_z, a_r] = [0, 1].map(|i| gate(x, i) + gate(a, i));
            [sigma(a_z.named("a_z")).named("z"), sigma(a_r.named("a_r")).named("r")]
        };
        let (z, a_n) = match self.reset {
            Reset::After => {
                let a = add(read.matmul(w_hh), self.b_hh);
                let [z, r] = gates(x, a);
                (z, gate(x, 2) + r * gate(a, 2).named("h_n"))
            }
            Reset::Before => {
                let (x, a) = (add(x, self.b_hh), read.matmul_columns(w_hh, 0..2 * units));
                let [z, r] = gates(x, a);
                let h_n = (r * read).matmul_columns(w_hh, 2 * units..3 * units).named("h_n");
                (z, gate(x, 2) + h_n)
            }
        };
        let n = self.activation.apply(a_n.named("a_n")).named("n");
        z * h + (1.0 - z) * n
    }

    #[track_caller]
    fn at_once<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        h: Var<'t, R>,
        way: Way<'t, R>,
    ) -> Option<(Var<'t, R>, Var<'t, R>)> {
        if (self.activation, self.recurrent_activation) != (Activation::Tanh, Activation::Sigmoid) {
            return None;
        }
        let kind = match self.reset {
            Reset::After => RecurrenceKind::Gru(recurrent::Gru),
            Reset::Before => RecurrenceKind::GruResetBefore(recurrent::GruResetBefore),
        };
        let (w, u) = (x.tape().param(self.w_ih), x.tape().param(self.w_hh));
        let [b_x, b_h] = [self.b_ih, self.b_hh].map(|b| b.map(|b| x.tape().param(b)));
        let (outputs, [h]) = at_once(kind, Weights { w, u, b_x, b_h }, x, [h], way);
        Some((outputs, h))
    }
}
