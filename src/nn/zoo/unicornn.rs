//! UnICORNN: oscillators without damping, each by itself

use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of undamped, independent oscillators, whose Hamiltonian structure makes a step invertible and keeps gradients from exploding or
/// vanishing.
///
/// Rusch & Mishra, *UnICORNN: a recurrent model for learning very long time dependencies* (2021), <https://arxiv.org/abs/2103.05487>;
/// one layer of it. torchrecurrent `UnICORNNCell`.
///
/// ```text
/// Δ = Δt·σ(c)                                    a step for each unit
/// z_t = z_{t−1} − Δ⊙(tanh(x_t·W + u⊙y_{t−1} + b) + α·y_{t−1})
/// y_t = y_{t−1} + Δ⊙z_t
/// ```
///
/// `Δt` and `α` (how stiff) are chosen for a task; they begin at 0.19 and 30.65, which the authors took for permuted MNIST. Units meet in the next
/// layer, so two layers or more belong [on top of each other](crate::nn::Stacked). The paper's `w` is `u` here, and its `V` is `W`. The output
/// is `y`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, H]`, uniform in `±√(6/(65·I))`, `{name}.u` `[H]`, uniform in 0 to 1, `{name}.c` `[H]`, uniform
/// in ±0.1, and `{name}.b` `[H]`, zeros, as the published code's.
pub type UnicoRnn = Recurrent<UnicoRnnSpec>;

/// The size and options of a [`UnicoRnnCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct UnicoRnnSpec {
    units: usize,
    dt: f64,
    alpha: f64,
}

impl UnicoRnn {
    /// `H` units.
    pub fn new(units: usize) -> Self {
        Self::of(UnicoRnnSpec { units, dt: 0.19, alpha: 30.65 })
    }

    /// Another step `Δt`.
    #[must_use]
    pub fn dt(mut self, dt: f64) -> Self {
        self.cell.dt = dt;
        self
    }

    /// Another stiffness `α`.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.cell.alpha = alpha;
        self
    }
}

impl Spec for UnicoRnnSpec {
    type Cell = UnicoRnnCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> UnicoRnnCell {
        let bound = (6.0 / (65.0 * inputs.max(1) as f64)).sqrt();
        let within = |low, high| Init::Uniform { low, high };
        UnicoRnnCell {
            w: params.add(format!("{name}.w"), [inputs, self.units], within(-bound, bound)),
            u: params.add(format!("{name}.u"), [self.units], within(0.0, 1.0)),
            c: params.add(format!("{name}.c"), [self.units], within(-0.1, 0.1)),
            b: params.add(format!("{name}.b"), [self.units], Init::Zeros),
            dt: self.dt,
            alpha: self.alpha,
        }
    }
}

/// One step of a [`UnicoRnn`].
#[derive(Clone, Copy, Debug)]
pub struct UnicoRnnCell {
    /// `W` `[I, H]`
    pub w: Param,
    /// `u` `[H]`
    pub u: Param,
    /// `c` `[H]`: the step of each unit, before σ.
    pub c: Param,
    /// `b` `[H]`
    pub b: Param,
    /// The step `Δt`.
    pub dt: f64,
    /// The stiffness `α`.
    pub alpha: f64,
}

impl Cell for UnicoRnnCell {
    /// `y` and `z`, `[B, H]` each.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        let zeros = || tape.zeros([batch, self.u.shape().last()]);
        (zeros(), zeros())
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, state: Self::State<'t, R>) -> Self::State<'t, R> {
        self.step_reading(x_t, state, state.0)
    }

    /// The spring and the step begin at `y_{t−1}` itself; `u` multiplies `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(
        &self,
        x_t: Var<'t, R>,
        (y, z): Self::State<'t, R>,
        read: Var<'t, R>,
    ) -> Self::State<'t, R> {
        let (tape, units) = (y.tape(), self.u.shape().last());
        check("unicornn", x_t, self.w.shape().rows(), &[("the state y", y, units), ("z", z, units)]);
        let [w, u, c, b] = [self.w, self.u, self.c, self.b].map(|param| tape.param(param));
        let step = (self.dt * c.sigmoid()).expand(y.shape());
        let a = (x_t.matmul(w).add_bias(b) + u.expand(y.shape()) * read).named("a");
        let z = (z - step * (a.tanh() + self.alpha * y)).named("z");
        (y + step * z, z)
    }
}
