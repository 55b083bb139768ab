//! STAR: a unit made to be stacked deep

use super::Gates;
use crate::nn::{Activation, Cell, Dense, DenseLayer, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;

/// A layer of stackable recurrent units: the gate is chosen such that gradients neither vanish nor grow from layer to layer of a deep stack.
///
/// Turkoglu, D'Aronco, Wegner & Schindler, *Gating revisited: deep multi-layer RNNs that can be trained* (2019),
/// <https://arxiv.org/abs/1911.11033>. torchrecurrent `STARCell`.
///
/// ```text
/// z = tanh(x_t·W_z + b_z)                        new content, from the input alone
/// k = σ(x_t·W_k + h_{t−1}·U_k + b_k)             how much of it
/// h_t = tanh((1 − k)⊙h_{t−1} + k⊙z)
/// ```
///
/// The paper's `W_x` and `W_h` are `W_k` and `U_k` here. The authors' code differs from the paper: with `a_f` before the sigmoid of what stays, it
/// computes `tanh(σ(a_f)⊙h_{t−1} + (1 − σ(a_f − 1))⊙z)`, as [`Janet`](super::Janet) does. Its three matrices begin orthogonal, and the bias of `a_f`
/// at `ln u`, `u` uniform in 1 to 784.
///
/// [`build`](Recurrent::build) adds `{name}.z.w` `[I, H]`, `{name}.z.b` `[H]`, and `{name}.w` `[I, H]`, `{name}.u` `[H, H]`, `{name}.b` `[H]` of
/// `k`. Both `W` begin Glorot uniform, `U` orthogonal, all biases at 0.
pub type Star = Recurrent<StarSpec>;

units_only!(Star, StarSpec, StarCell, "`H` units.");

/// One step of a [`Star`].
#[derive(Clone, Copy, Debug)]
pub struct StarCell {
    /// `W_z`, `b_z` and tanh.
    pub z: DenseLayer,
    /// `W`, `U`, `b` of `k`.
    pub gates: Gates<1>,
}

impl StarCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        let z = Dense::new(units).activation(Activation::Tanh);
        Self {
            z: z.build(params, &format!("{name}.z"), inputs),
            gates: Gates::new(params, name, [inputs, units]),
        }
    }
}

impl Cell for StarCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.gates.units()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// `h_{t−1}` itself stays where `k` is 0; the product reads `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let [a_k] = self.gates.of("star", x_t, read);
        let k = a_k.named("a_k").sigmoid().named("k");
        let z = self.z.forward(x_t).named("z");
        ((1.0 - k) * h + k * z).named("a").tanh()
    }
}
