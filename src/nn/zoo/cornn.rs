//! coRNN: oscillators that drive each other

use super::Gates;
use crate::nn::{Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of coupled oscillators, `ÿ = tanh(…) − γ·y − ε·ẏ`, with velocity `z = ẏ`.
///
/// Rusch & Mishra, *Coupled oscillatory recurrent neural network (coRNN): an accurate and (gradient) stable architecture for learning long
/// time dependencies* (2021), <https://arxiv.org/abs/2010.00951>, equation 3 with `n̄ = n − 1`, as its published code. torchrecurrent `coRNNCell`
/// (with `Δt` 0.1, `γ` and `ε` 1).
///
/// ```text
/// z_t = z_{t−1} + Δt·(tanh(x_t·W + y_{t−1}·U + z_{t−1}·V + b) − γ·y_{t−1} − ε·z_{t−1})
/// y_t = y_{t−1} + Δt·z_t
/// ```
///
/// `Δt`, `γ` (how stiff) and `ε` (how damped) are chosen for a task; they begin at 0.042, 2.7 and 4.7, which the authors took for sequential
/// MNIST. The paper's `𝒲` is `V` here, and its `V` is `W`. The output is `y`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, H]`, `{name}.u` and `{name}.v` `[H, H]` and `{name}.b` `[H]`, all uniform in
/// `±1/√(I + 2·H)`, as the published code's.
pub type CoRnn = Recurrent<CoRnnSpec>;

/// The size and options of a [`CoRnnCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct CoRnnSpec {
    units: usize,
    dt: f64,
    gamma: f64,
    epsilon: f64,
}

impl CoRnn {
    /// `H` units.
    pub fn new(units: usize) -> Self {
        Self::of(CoRnnSpec { units, dt: 0.042, gamma: 2.7, epsilon: 4.7 })
    }

    /// Another step `Δt`.
    #[must_use]
    pub fn dt(mut self, dt: f64) -> Self {
        self.cell.dt = dt;
        self
    }

    /// Another stiffness `γ`.
    #[must_use]
    pub fn gamma(mut self, gamma: f64) -> Self {
        self.cell.gamma = gamma;
        self
    }

    /// Another damping `ε`.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.cell.epsilon = epsilon;
        self
    }
}

impl Spec for CoRnnSpec {
    type Cell = CoRnnCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> CoRnnCell {
        let (i, h) = (inputs, self.units);
        let bound = 1.0 / ((i + 2 * h) as f64).sqrt();
        let init = Init::Uniform { low: -bound, high: bound };
        let gates = Gates {
            w: params.add(format!("{name}.w"), [i, h], init),
            u: params.add(format!("{name}.u"), [h, h], init),
            b: params.add(format!("{name}.b"), [h], init),
        };
        let v = params.add(format!("{name}.v"), [h, h], init);
        CoRnnCell { gates, v, dt: self.dt, gamma: self.gamma, epsilon: self.epsilon }
    }
}

/// One step of a [`CoRnn`].
#[derive(Clone, Copy, Debug)]
pub struct CoRnnCell {
    /// `W`, `U`, `b`.
    pub gates: Gates<1>,
    /// `V` `[H, H]`: from the velocities.
    pub v: Param,
    /// The step `Δt`.
    pub dt: f64,
    /// The stiffness `γ`.
    pub gamma: f64,
    /// The damping `ε`.
    pub epsilon: f64,
}

impl Cell for CoRnnCell {
    /// `y` and `z`, `[B, H]` each.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        let zeros = || tape.zeros([batch, self.gates.units()]);
        (zeros(), zeros())
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, state: Self::State<'t, R>) -> Self::State<'t, R> {
        self.step_reading(x_t, state, state.0)
    }

    /// The spring and the step begin at `y_{t−1}` itself; the product with `U` reads `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(
        &self,
        x_t: Var<'t, R>,
        (y, z): Self::State<'t, R>,
        read: Var<'t, R>,
    ) -> Self::State<'t, R> {
        let [a] = self.gates.of("cornn", x_t, read);
        let a = (a + z.matmul(z.tape().param(self.v))).named("a");
        let z = (z + self.dt * (a.tanh() - self.gamma * y - self.epsilon * z)).named("z");
        (y + self.dt * z, z)
    }
}
