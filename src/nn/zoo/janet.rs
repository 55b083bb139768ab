//! JANET: an LSTM that is left with its forget gate

use super::Gates;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;

/// A layer of units with a forget gate alone.
///
/// Van der Westhuizen & Lasenby, *The unreasonable effectiveness of the forget gate* (2018), <https://arxiv.org/abs/1804.04849>,
/// its last equations, with `β = 1`. torchrecurrent `JANETCell`.
///
/// ```text
/// s = x_t·W_f + h_{t−1}·U_f + b_f                forget gate, before σ
/// c̃ = tanh(x_t·W_c + h_{t−1}·U_c + b_c)          new content
/// h_t = σ(s)⊙h_{t−1} + (1 − σ(s − β))⊙c̃          takes in more than it lets go
/// ```
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 2·H]`, `{name}.u` `[H, 2·H]` and `{name}.b` `[2·H]`, gates `f, c`. `W` begins Glorot uniform, `U`
/// orthogonal (in the authors' code both Glorot uniform), `b_f` at 1, `b_c` at 0. (The paper's is `ln u` with `u` uniform in 1 to `T − 1`, for tasks
/// whose `T` is known: Tallec & Ollivier 2018.)
pub type Janet = Recurrent<JanetSpec>;

/// `β`: how much less content is kept out than memory is kept.
const BETA: f64 = 1.0;

units_only!(Janet, JanetSpec, JanetCell, "`H` units.");

/// One step of a [`Janet`].
#[derive(Clone, Copy, Debug)]
pub struct JanetCell {
    /// `W`, `U`, `b` of `f` and `c̃`.
    pub gates: Gates<2>,
}

impl JanetCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        Self { gates: Gates::new(params, name, [inputs, units]).with_bias(params, 0, 1.0) }
    }
}

impl Cell for JanetCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.gates.units()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// `h_{t−1}` itself stays where `f` is 1; the products read `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let [s, a_c] = self.gates.of("janet", x_t, read);
        let (f, s) = (s.named("a_f").sigmoid().named("f"), s - BETA);
        f * h + (1.0 - s.sigmoid()) * a_c.named("a_c").tanh().named("c̃")
    }
}
