//! LEM: two memories whose steps are learnt

use super::Gates;
use crate::nn::{Cell, Recurrent, Spec, cells::check};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of long expressive memory: a slow and a fast memory, each with a step in time that depends on the input.
///
/// Rusch, Mishra, Erichson & Mahoney, *Long expressive memory for sequence modeling* (2022), <https://arxiv.org/abs/2110.04744>,
/// as is its published code. (torchrecurrent's `LEMCell` differs: its `y_t` reads `z_{t−1}`. To compare, it was called twice: for `z_t`, and, with
/// that in the place of `z_{t−1}`, for `y_t`.)
///
/// ```text
/// Δ = Δt·σ(x_t·W_1 + y_{t−1}·U_1 + b_1)          step of z
/// Δ̄ = Δt·σ(x_t·W_2 + y_{t−1}·U_2 + b_2)          step of y
/// z_t = (1 − Δ)⊙z_{t−1} + Δ⊙tanh(x_t·W_z + y_{t−1}·U_z + b_z)
/// y_t = (1 − Δ̄)⊙y_{t−1} + Δ̄⊙tanh(x_t·W_y + z_t·V + b_y)
/// ```
///
/// The paper's `V` are `W` here, and its `W` are `U`, but for `W_y`, which is `V`. The output is `y`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 3·H]`, `{name}.u` `[H, 3·H]`, `{name}.b` `[3·H]`, gates `1, 2, z`, then `{name}.w_y` `[I, H]`,
/// `{name}.v` `[H, H]` and `{name}.b_y` `[H]`, all uniform in `±1/√H`, as the published code's.
pub type Lem = Recurrent<LemSpec>;

/// The size and options of a [`LemCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct LemSpec {
    units: usize,
    dt: f64,
}

impl Lem {
    /// `H` units, the longest step `Δt` 1.
    pub fn new(units: usize) -> Self {
        Self::of(LemSpec { units, dt: 1.0 })
    }

    /// Another longest step `Δt`.
    #[must_use]
    pub fn dt(mut self, dt: f64) -> Self {
        self.cell.dt = dt;
        self
    }
}

impl Spec for LemSpec {
    type Cell = LemCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> LemCell {
        let (i, h) = (inputs, self.units);
        let bound = 1.0 / (h.max(1) as f64).sqrt();
        let init = Init::Uniform { low: -bound, high: bound };
        let gates = Gates {
            w: params.add(format!("{name}.w"), [i, 3 * h], init),
            u: params.add(format!("{name}.u"), [h, 3 * h], init),
            b: params.add(format!("{name}.b"), [3 * h], init),
        };
        LemCell {
            gates,
            w_y: params.add(format!("{name}.w_y"), [i, h], init),
            v: params.add(format!("{name}.v"), [h, h], init),
            b_y: params.add(format!("{name}.b_y"), [h], init),
            dt: self.dt,
        }
    }
}

/// One step of a [`Lem`].
#[derive(Clone, Copy, Debug)]
pub struct LemCell {
    /// `W`, `U`, `b` of both steps and of `z`.
    pub gates: Gates<3>,
    /// `W_y` `[I, H]`
    pub w_y: Param,
    /// `V` `[H, H]`: from `z` to `y`.
    pub v: Param,
    /// `b_y` `[H]`
    pub b_y: Param,
    /// The longest step `Δt`.
    pub dt: f64,
}

impl Cell for LemCell {
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

    /// `y_{t−1}` itself is what a step of `y` leaves; the products read `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(
        &self,
        x_t: Var<'t, R>,
        (y, z): Self::State<'t, R>,
        read: Var<'t, R>,
    ) -> Self::State<'t, R> {
        check("lem", x_t, self.w_y.shape().rows(), &[("the state z", z, self.gates.units())]);
        let [a_1, a_2, a_z] = self.gates.of("lem", x_t, read);
        let step = |a: Var<'t, R>, name| (self.dt * a.sigmoid()).named(name);
        let (of_z, of_y) = (step(a_1.named("a_Δ"), "Δ"), step(a_2.named("a_Δ̄"), "Δ̄"));
        let z = ((1.0 - of_z) * z + of_z * a_z.named("a_z").tanh()).named("z");
        let [w_y, v, b_y] = [self.w_y, self.v, self.b_y].map(|param| z.tape().param(param));
        let a_y = (x_t.matmul(w_y) + z.matmul(v)).add_bias(b_y).named("a_y");
        ((1.0 - of_y) * y + of_y * a_y.tanh(), z)
    }
}
