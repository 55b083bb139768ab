//! Light GRU: without a reset, and with relu

use super::Gates;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;

/// A layer of light gated recurrent units: a GRU without reset gate, whose new content is not bounded.
///
/// Ravanelli, Brakel, Omologo & Bengio, *Light gated recurrent units for speech recognition* (2018),
/// <https://arxiv.org/abs/1803.10225>, without its batch normalisation. torchrecurrent `LiGRUCell`.
///
/// ```text
/// z = σ(x_t·W_z + h_{t−1}·U_z + b_z)             what stays
/// ĥ = relu(x_t·W_h + h_{t−1}·U_h + b_h)          new content
/// h_t = z⊙h_{t−1} + (1 − z)⊙ĥ
/// ```
///
/// The paper normalises `x_t·W` over the rows and steps of a batch, which also keeps relu from running away; its `β` is the bias
/// here. That would be a layer over whole sequences, beneath the recurrence: a cell sees one step.
///
/// `ĥ` is the paper's `h̃`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 2·H]`, `{name}.u` `[H, 2·H]` and `{name}.b` `[2·H]`, gates `z, h`. `W` begins
/// Glorot uniform, `U` orthogonal, all biases at 0.
pub type LiGru = Recurrent<LiGruSpec>;

units_only!(LiGru, LiGruSpec, LiGruCell, "`H` units.");

/// One step of a [`LiGru`].
#[derive(Clone, Copy, Debug)]
pub struct LiGruCell {
    /// `W`, `U`, `b` of `z` and `ĥ`.
    pub gates: Gates<2>,
}

impl LiGruCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        Self { gates: Gates::new(params, name, [inputs, units]) }
    }
}

impl Cell for LiGruCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.gates.units()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// `h_{t−1}` itself stays where `z` is 1; the products read `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let [a_z, a_h] = self.gates.of("ligru", x_t, read);
        let z = a_z.named("a_z").sigmoid().named("z");
        z * h + (1.0 - z) * a_h.named("a_h").relu().named("ĥ")
    }
}
