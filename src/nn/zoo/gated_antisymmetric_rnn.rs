//! AntisymmetricRNN with a gate: how far each unit goes in a step

use super::Gates;
use super::antisymmetric_rnn::{antisymmetric, by_fan};
use crate::nn::{Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Params};

/// A layer of [`AntisymmetricRnn`](super::AntisymmetricRnn) whose gate reads through the same antisymmetric matrix, so that the eigenvalues stay
/// imaginary but for the damping `γ`.
///
/// Chang, Chen, Haber & Chi, *AntisymmetricRNN: a dynamical system view on recurrent neural networks* (2019),
/// <https://arxiv.org/abs/1902.09689>. torchrecurrent `GatedAntisymmetricRNNCell` (whose `ε` is 1 and `γ` 0).
///
/// ```text
/// r = h_{t−1}·(U − Uᵀ − γ·1)
/// z = σ(x_t·W_z + r + b_z)                       gate
/// h_t = h_{t−1} + ε·z⊙tanh(x_t·W_h + r + b_h)
/// ```
///
/// The paper's `V` are `W` here, and its `W` is `U`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 2·H]`, normal with variance `1/I`, `{name}.u` `[H, H]`, normal with variance `1/H`, and
/// `{name}.b` `[2·H]`, zeros; gates `z, h`. `ε` and `γ` begin at 0.1.
pub type GatedAntisymmetricRnn = Recurrent<GatedAntisymmetricRnnSpec>;

/// The size and options of a [`GatedAntisymmetricRnnCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct GatedAntisymmetricRnnSpec {
    units: usize,
    epsilon: f64,
    gamma: f64,
}

impl GatedAntisymmetricRnn {
    /// `H` units.
    pub fn new(units: usize) -> Self {
        Self::of(GatedAntisymmetricRnnSpec { units, epsilon: 0.1, gamma: 0.1 })
    }

    /// Another step `ε`.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.cell.epsilon = epsilon;
        self
    }

    /// Another diffusion `γ`.
    #[must_use]
    pub fn gamma(mut self, gamma: f64) -> Self {
        self.cell.gamma = gamma;
        self
    }
}

impl Spec for GatedAntisymmetricRnnSpec {
    type Cell = GatedAntisymmetricRnnCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> GatedAntisymmetricRnnCell {
        let gates = Gates {
            w: params.add(format!("{name}.w"), [inputs, 2 * self.units], by_fan(inputs)),
            u: params.add(format!("{name}.u"), [self.units, self.units], by_fan(self.units)),
            b: params.add(format!("{name}.b"), [2 * self.units], Init::Zeros),
        };
        GatedAntisymmetricRnnCell { gates, epsilon: self.epsilon, gamma: self.gamma }
    }
}

/// One step of a [`GatedAntisymmetricRnn`].
#[derive(Clone, Copy, Debug)]
pub struct GatedAntisymmetricRnnCell {
    /// `W` and `b` of `z` and of `h`, and the one `U`.
    pub gates: Gates<2>,
    /// The step `ε`.
    pub epsilon: f64,
    /// The diffusion `γ`.
    pub gamma: f64,
}

impl Cell for GatedAntisymmetricRnnCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.gates.units()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// The step begins at `h_{t−1}` itself; the product reads `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let [x_z, x_h] = self.gates.input("gated_antisymmetric_rnn", x_t, h);
        let r = antisymmetric(read, h.tape().param(self.gates.u), self.gamma);
        let z = (x_z + r).named("a_z").sigmoid().named("z");
        h + self.epsilon * (z * (x_h + r).named("a_h").tanh())
    }
}
