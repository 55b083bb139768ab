//! CFN: a chaos-free net

use super::Gates;
use crate::nn::{Activation, Cell, Dense, DenseLayer, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;

/// A layer of the chaos-free network: without inputs its state decays to 0, whatever the weights, because a unit's next state is smaller in
/// size than its own last one.
///
/// Laurent & von Brecht, *A recurrent neural network without chaos* (2016), <https://arxiv.org/abs/1612.06212>. torchrecurrent
/// `CFNCell`.
///
/// ```text
/// θ = σ(x_t·V_θ + h_{t−1}·U_θ + b_θ)             forget gate
/// η = σ(x_t·V_η + h_{t−1}·U_η + b_η)             input gate
/// h_t = θ⊙tanh(h_{t−1}) + η⊙tanh(x_t·W)
/// ```
///
/// [`build`](Recurrent::build) adds `{name}.x.w` `[I, H]`, which is `W`, and `{name}.w` `[I, 2·H]`, which is `V`, `{name}.u` `[H, 2·H]`,
/// `{name}.b` `[2·H]`, gates `θ, η`. `W` and `V` begin Glorot uniform, `U` orthogonal, `b_θ` at 1, `b_η` at −1.
pub type Cfn = Recurrent<CfnSpec>;

units_only!(Cfn, CfnSpec, CfnCell, "`H` units.");

/// One step of a [`Cfn`].
#[derive(Clone, Copy, Debug)]
pub struct CfnCell {
    /// `W` and tanh.
    pub content: DenseLayer,
    /// `V`, `U`, `b` of `θ` and `η`.
    pub gates: Gates<2>,
}

impl CfnCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        let content = Dense::new(units).bias(false).activation(Activation::Tanh);
        Self {
            content: content.build(params, &format!("{name}.x"), inputs),
            gates: Gates::new(params, name, [inputs, units])
                .with_bias(params, 0, 1.0)
                .with_bias(params, 1, -1.0),
        }
    }
}

impl Cell for CfnCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.gates.units()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// `h_{t−1}` itself stays where `θ` is 1; the products read `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let [a_theta, a_eta] = self.gates.of("cfn", x_t, read);
        let theta = a_theta.named("a_θ").sigmoid().named("θ");
        let eta = a_eta.named("a_η").sigmoid().named("η");
        theta * h.tanh() + eta * self.content.forward(x_t).named("x̂")
    }
}
