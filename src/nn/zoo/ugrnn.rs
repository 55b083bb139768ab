//! UGRNN: an Elman net with one gate

use super::Gates;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;

/// A layer of update gate units: an Elman net whose gate says how much of the state is kept.
///
/// Collins, Sohl-Dickstein & Sussillo, *Capacity and trainability in recurrent neural networks* (2017),
/// <https://arxiv.org/abs/1611.09913>. torchrecurrent `UGRNNCell`, TF1 `contrib.rnn.UGRNNCell`.
///
/// ```text
/// c = tanh(x_t·W_c + h_{t−1}·U_c + b_c)          new content
/// g = σ(x_t·W_g + h_{t−1}·U_g + b_g)             what stays
/// h_t = g⊙h_{t−1} + (1 − g)⊙c
/// ```
///
/// The paper writes all matrices `W`: those from the input are `W` here, those from `h` are `U`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 2·H]`, `{name}.u` `[H, 2·H]` and `{name}.b` `[2·H]`, gates `c, g`. `W` begins Glorot uniform, `U`
/// orthogonal, `b_c` at 0, and `b_g` at 1, in the place of the constant that the paper adds to it, one for each task.
pub type Ugrnn = Recurrent<UgrnnSpec>;

units_only!(Ugrnn, UgrnnSpec, UgrnnCell, "`H` units.");

/// One step of a [`Ugrnn`].
#[derive(Clone, Copy, Debug)]
pub struct UgrnnCell {
    /// `W`, `U`, `b` of `c` and `g`.
    pub gates: Gates<2>,
}

impl UgrnnCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        Self { gates: Gates::new(params, name, [inputs, units]).with_bias(params, 1, 1.0) }
    }
}

impl Cell for UgrnnCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.gates.units()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// `h_{t−1}` itself stays where `g` is 1; the products read `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let [a_c, a_g] = self.gates.of("ugrnn", x_t, read);
        let c = a_c.named("a_c").tanh().named("c");
        let g = a_g.named("a_g").sigmoid().named("g");
        g * h + (1.0 - g) * c
    }
}
