//! AntisymmetricRNN: steps of a differential equation that neither grows nor, but for its damping, decays

use super::Gates;
use crate::nn::{Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Params};

/// A layer that takes Euler's steps of `ḣ = tanh(h·(U − Uᵀ − γ·1) + …)`. The eigenvalues of an antisymmetric matrix are imaginary, so
/// what is remembered turns, and neither explodes nor vanishes, but for the damping `γ`.
///
/// Chang, Chen, Haber & Chi, *AntisymmetricRNN: a dynamical system view on recurrent neural networks* (2019),
/// <https://arxiv.org/abs/1902.09689>. torchrecurrent `AntisymmetricRNNCell` (whose `ε` is 1 and `γ` 0).
///
/// ```text
/// h_t = h_{t−1} + ε·tanh(x_t·W + h_{t−1}·(U − Uᵀ − γ·1) + b)
/// ```
///
/// `γ` (diffusion) makes up for what Euler's step adds; it and the step `ε` are chosen for a task. Here both begin at 0.1, in the middle of
/// what is usual. `U` is stored whole, though only `U − Uᵀ` counts: `H(H − 1)/2` numbers. The paper's `V` is `W` here, and its `W` is `U`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, H]`, normal with variance `1/I`, `{name}.u` `[H, H]`, normal with variance `1/H`, and
/// `{name}.b` `[H]`, zeros.
pub type AntisymmetricRnn = Recurrent<AntisymmetricRnnSpec>;

/// The size and options of an [`AntisymmetricRnnCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct AntisymmetricRnnSpec {
    units: usize,
    epsilon: f64,
    gamma: f64,
}

impl AntisymmetricRnn {
    /// `H` units.
    pub fn new(units: usize) -> Self {
        Self::of(AntisymmetricRnnSpec { units, epsilon: 0.1, gamma: 0.1 })
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

impl Spec for AntisymmetricRnnSpec {
    type Cell = AntisymmetricRnnCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> AntisymmetricRnnCell {
        let gates = Gates {
            w: params.add(format!("{name}.w"), [inputs, self.units], by_fan(inputs)),
            u: params.add(format!("{name}.u"), [self.units, self.units], by_fan(self.units)),
            b: params.add(format!("{name}.b"), [self.units], Init::Zeros),
        };
        AntisymmetricRnnCell { gates, epsilon: self.epsilon, gamma: self.gamma }
    }
}

/// One step of an [`AntisymmetricRnn`].
#[derive(Clone, Copy, Debug)]
pub struct AntisymmetricRnnCell {
    /// `W`, `U`, `b`.
    pub gates: Gates<1>,
    /// The step `ε`.
    pub epsilon: f64,
    /// The diffusion `γ`.
    pub gamma: f64,
}

/// Normal with variance `1/fan_in`.
pub(super) fn by_fan(fan_in: usize) -> Init {
    Init::Normal { mean: 0.0, std: 1.0 / (fan_in.max(1) as f64).sqrt() }
}

/// `h·(U − Uᵀ − γ·1)`, without an array for the difference.
#[track_caller]
pub(super) fn antisymmetric<'t, R: Real>(h: Var<'t, R>, u: Var<'t, R>, gamma: f64) -> Var<'t, R> {
    h.matmul(u) - h.matmul_nt(u) - h * gamma
}

impl Cell for AntisymmetricRnnCell {
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
        let [x] = self.gates.input("antisymmetric_rnn", x_t, h);
        let a = x + antisymmetric(read, h.tape().param(self.gates.u), self.gamma);
        h + self.epsilon * a.named("a").tanh()
    }
}
