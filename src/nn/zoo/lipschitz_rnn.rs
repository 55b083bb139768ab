//! Lipschitz RNN: a linear and a non-linear part, the eigenvalues of both under control

use super::Gates;
use crate::nn::{Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer that takes Euler's steps of `ḣ = h·A + tanh(h·U + x·W + b)`, where both matrices are made of a symmetric and an antisymmetric part, so
/// that real and imaginary parts of their eigenvalues are bounded apart.
///
/// Erichson, Azencot, Queiruga, Hodgkinson & Mahoney, *Lipschitz recurrent neural networks* (2021), <https://arxiv.org/abs/2006.12070>,
/// with Euler's method. Published code: `LipschitzRNN` of the authors.
///
/// ```text
/// A = (1 − β)·(M + Mᵀ) + β·(M − Mᵀ) − γ·1
/// U = (1 − β)·(N + Nᵀ) + β·(N − Nᵀ) − γ·1
/// h_t = h_{t−1} + ε·(h_{t−1}·A + tanh(x_t·W + h_{t−1}·U + b))
/// ```
///
/// `β` shifts weight from the symmetric part to the antisymmetric one, `γ` damps, `ε` is the step: 0.75, 0.001 and 0.03, as in the published code's example,
/// MNIST pixel by pixel. (Theirs may differ between `A` and `U`, in the paper; in the code they don't, as here.) The paper's `W` is `U` here,
/// and its `U` is `W`. (rnn-jax's `LipschitzRNNCell` differs: it subtracts `γ` where the paper has `γ·h`, and adds the non-linear part of the step
/// before. To compare, both were set right from outside.)
///
/// [`build`](Recurrent::build) adds `{name}.m` and `{name}.n`, `[H, H]` each, normal with deviation `0.1/H`, `{name}.w` `[I, H]`, Glorot uniform, and
/// `{name}.b` `[H]`, zeros. The first two are those of the published code (its `init_std` is 0.1, which it divides by `H`); its `W` and `b` are uniform in `±1/√I`.
pub type LipschitzRnn = Recurrent<LipschitzRnnSpec>;

/// The size and options of a [`LipschitzRnnCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct LipschitzRnnSpec {
    units: usize,
    beta: f64,
    gamma: f64,
    epsilon: f64,
}

impl LipschitzRnn {
    /// `H` units.
    pub fn new(units: usize) -> Self {
        Self::of(LipschitzRnnSpec { units, beta: 0.75, gamma: 0.001, epsilon: 0.03 })
    }

    /// Another share `β` of the antisymmetric parts, from 0.5 (all matrices) to 1 (only antisymmetric ones).
    #[must_use]
    pub fn beta(mut self, beta: f64) -> Self {
        self.cell.beta = beta;
        self
    }

    /// Another damping `γ`.
    #[must_use]
    pub fn gamma(mut self, gamma: f64) -> Self {
        self.cell.gamma = gamma;
        self
    }

    /// Another step `ε`.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.cell.epsilon = epsilon;
        self
    }
}

impl Spec for LipschitzRnnSpec {
    type Cell = LipschitzRnnCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> LipschitzRnnCell {
        let (i, h) = (inputs, self.units);
        let small = Init::Normal { mean: 0.0, std: 0.1 / h.max(1) as f64 };
        let m = params.add(format!("{name}.m"), [h, h], small);
        let gates = Gates {
            w: params.add(format!("{name}.w"), [i, h], Init::GlorotUniform),
            u: params.add(format!("{name}.n"), [h, h], small),
            b: params.add(format!("{name}.b"), [h], Init::Zeros),
        };
        LipschitzRnnCell { m, gates, beta: self.beta, gamma: self.gamma, epsilon: self.epsilon }
    }
}

/// One step of a [`LipschitzRnn`].
#[derive(Clone, Copy, Debug)]
pub struct LipschitzRnnCell {
    /// `M` `[H, H]`, of which `A` is made.
    pub m: Param,
    /// `W`, `b`, and in the place of `U` the `N` of which it is made.
    pub gates: Gates<1>,
    /// The share `β` of the antisymmetric parts.
    pub beta: f64,
    /// The damping `γ`.
    pub gamma: f64,
    /// The step `ε`.
    pub epsilon: f64,
}

impl LipschitzRnnCell {
    /// `h·((1 − β)·(M + Mᵀ) + β·(M − Mᵀ) − γ·1) = h·M + (1 − 2·β)·h·Mᵀ − γ·h`
    #[track_caller]
    fn times<'t, R: Real>(&self, h: Var<'t, R>, m: Param) -> Var<'t, R> {
        let m = h.tape().param(m);
        h.matmul(m) + (1.0 - 2.0 * self.beta) * h.matmul_nt(m) - self.gamma * h
    }
}

impl Cell for LipschitzRnnCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.gates.units()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// The step begins at `h_{t−1}` itself; both products read `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let [x] = self.gates.input("lipschitz_rnn", x_t, h);
        let a = (x + self.times(read, self.gates.u)).named("a");
        h + self.epsilon * (self.times(read, self.m) + a.tanh())
    }
}
