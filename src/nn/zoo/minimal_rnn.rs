//! MinimalRNN: inputs are mapped to states, and a gate mixes them in

use super::Gates;
use crate::nn::cells::check;
use crate::nn::{Activation, Cell, Dense, DenseLayer, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;

/// A layer of minimal recurrent units: new content knows nothing of the past, and one gate says how much of it goes into the state. So a state
/// is a weighted mean of what the inputs were mapped to.
///
/// Chen, *MinimalRNN: toward more interpretable and trainable recurrent neural networks* (2017),
/// <https://arxiv.org/abs/1711.06788>, with one affine layer as its `Φ`. torchrecurrent `MinimalRNNCell`.
///
/// ```text
/// z = tanh(x_t·W_x + b_z)                        the input as a state: Φ(x_t)
/// u = σ(z·U_z + h_{t−1}·U_h + b_u)               what stays
/// h_t = u⊙h_{t−1} + (1 − u)⊙z
/// ```
///
/// [`build`](Recurrent::build) adds `{name}.z.w` `[I, H]` and `{name}.z.b` `[H]`, then of the gate `{name}.w` `[H, H]`, which is `U_z`,
/// `{name}.u` `[H, H]`, which is `U_h`, and `{name}.b` `[H]`. `W_x` and `U_z` begin Glorot uniform, `U_h` orthogonal, all biases at 0.
pub type MinimalRnn = Recurrent<MinimalRnnSpec>;

units_only!(MinimalRnn, MinimalRnnSpec, MinimalRnnCell, "`H` units.");

/// One step of a [`MinimalRnn`].
#[derive(Clone, Copy, Debug)]
pub struct MinimalRnnCell {
    /// `W_x`, `b_z` and tanh: `Φ`.
    pub z: DenseLayer,
    /// `U_z`, `U_h`, `b_u`.
    pub gates: Gates<1>,
}

impl MinimalRnnCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        let z = Dense::new(units).activation(Activation::Tanh);
        Self {
            z: z.build(params, &format!("{name}.z"), inputs),
            gates: Gates::new(params, name, [units, units]),
        }
    }
}

impl Cell for MinimalRnnCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.gates.units()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// `h_{t−1}` itself stays where `u` is 1; the product reads `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        check("minimal_rnn", x_t, self.z.w.shape().rows(), &[("the state h", h, self.gates.units())]);
        let z = self.z.forward(x_t).named("z");
        let [a_u] = self.gates.of("minimal_rnn", z, read);
        let u = a_u.named("a_u").sigmoid().named("u");
        u * h + (1.0 - u) * z
    }
}
