//! One step of the Elman network: `h_t = tanh(x_t·W_ih + h_{t−1}·W_hh + b)`

use super::check::check;
use super::fused::{Weights, at_once};
use crate::kernels::recurrent;
use crate::nn::{Activation, Cell, Way};
use crate::ops::RecurrenceKind;
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Param;

/// One step of [`SimpleRnn`](crate::nn::SimpleRnn).
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
