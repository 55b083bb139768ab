//! MGU: a GRU whose one gate both resets and updates

use super::Gates;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;

/// A layer of minimal gated units.
///
/// Zhou, Wu, Zhang & Zhou, *Minimal gated unit for recurrent neural networks* (2016), <https://arxiv.org/abs/1603.09420>,
/// equations 6a–6c. torchrecurrent `MGUCell`.
///
/// ```text
/// f = σ(x_t·W_f + h_{t−1}·U_f + b_f)             forget gate
/// ĥ = tanh(x_t·W_h + (f⊙h_{t−1})·U_h + b_h)      new content
/// h_t = (1 − f)⊙h_{t−1} + f⊙ĥ
/// ```
///
/// `ĥ` is the paper's `h̃`, and `W` and `U` are the two parts of its `W`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 2·H]`, `{name}.u` `[H, 2·H]` and `{name}.b` `[2·H]`, gates `f, h`. `W` begins
/// Glorot uniform, `U` orthogonal, all biases at 0.
pub type Mgu = Recurrent<MguSpec>;

units_only!(Mgu, MguSpec, MguCell, "`H` units.");

/// One step of an [`Mgu`].
#[derive(Clone, Copy, Debug)]
pub struct MguCell {
    /// `W`, `U`, `b` of `f` and `ĥ`.
    pub gates: Gates<2>,
}

impl MguCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        Self { gates: Gates::new(params, name, [inputs, units]) }
    }
}

impl Cell for MguCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.gates.units()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// `h_{t−1}` itself stays where `f` is 0; the products read `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let [x_f, x_h] = self.gates.input("mgu", x_t, h);
        let f = (x_f + self.gates.times_u(read, 0)).named("a_f").sigmoid().named("f");
        let a_h = (x_h + self.gates.times_u(f * read, 1)).named("a_h");
        (1.0 - f) * h + f * a_h.tanh().named("ĥ")
    }
}
