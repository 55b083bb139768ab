//! LMU: a memory that holds a window of the past as a polynomial

use super::legendre::window;
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Constant, Init, Param, Params};

/// A layer with a Legendre memory: one signal `u` is made of input and state, and `m` describes what it was in the last `θ` steps, approximately, by a
/// polynomial of degree `d − 1`. `Ā` and `B̄` follow from a formula and are not learnt.
///
/// Voelker, Kajić & Eliasmith, *Legendre memory units: continuous-time representation in recurrent neural networks* (2019),
/// <https://papers.nips.cc/paper/9689-legendre-memory-units-continuous-time-representation-in-recurrent-neural-networks>. popgym `LMUCell`; keras-lmu
/// `LMUCell` with all connections and a `SimpleRNNCell` inside.
///
/// ```text
/// u_t = x_t·e_x + h_{t−1}·e_h + m_{t−1}·e_m      [B, 1]
/// m_t = m_{t−1}·Āᵀ + u_t·B̄ᵀ                      [B, d]
/// h_t = tanh(x_t·W + h_{t−1}·U + m_t·V)          [B, H]
/// ```
///
/// `Ā` and `B̄` are for a signal that is constant in a step (zero-order hold). The paper's `W_x`, `W_h`, `W_m` are `W`, `U`, `V` here.
///
/// [`build`](Recurrent::build) adds `{name}.e_x` `[I, 1]` and `{name}.e_h` `[H, 1]`, uniform in `±√(3/rows)`, `{name}.e_m` `[d, 1]`, zeros, and
/// `{name}.w` `[I, H]`, `{name}.u` `[H, H]` and `{name}.v` `[d, H]`, Glorot normal.
pub type Lmu = Recurrent<LmuSpec>;

/// The size and options of an [`LmuCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct LmuSpec {
    units: usize,
    order: usize,
    theta: f64,
}

impl Lmu {
    /// `H` units, and as many coefficients for a window of 100 steps.
    pub fn new(units: usize) -> Self {
        Self::of(LmuSpec { units, order: units, theta: 100.0 })
    }

    /// `d` coefficients that describe the last `θ` steps.
    ///
    /// # Panics
    /// If there are none, or `θ` isn't positive.
    #[must_use]
    #[track_caller]
    pub fn memory(mut self, order: usize, theta: f64) -> Self {
        assert!(order > 0 && theta > 0.0, "lmu: a memory of {order} coefficients for {theta} steps");
        (self.cell.order, self.cell.theta) = (order, theta);
        self
    }
}

impl Spec for LmuSpec {
    type Cell = LmuCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> LmuCell {
        let (i, h, d) = (inputs, self.units, self.order);
        let lecun = |rows: usize| {
            let bound = (3.0 / rows.max(1) as f64).sqrt();
            Init::Uniform { low: -bound, high: bound }
        };
        LmuCell {
            e_x: params.add(format!("{name}.e_x"), [i, 1], lecun(i)),
            e_h: params.add(format!("{name}.e_h"), [h, 1], lecun(h)),
            e_m: params.add(format!("{name}.e_m"), [d, 1], Init::Zeros),
            w: params.add(format!("{name}.w"), [i, h], Init::GlorotNormal),
            u: params.add(format!("{name}.u"), [h, h], Init::GlorotNormal),
            v: params.add(format!("{name}.v"), [d, h], Init::GlorotNormal),
            ab: Constant::new([d + 1, d], window(d, self.theta)),
        }
    }
}

/// One step of an [`Lmu`].
#[derive(Clone, Debug)]
pub struct LmuCell {
    /// `e_x` `[I, 1]`
    pub e_x: Param,
    /// `e_h` `[H, 1]`
    pub e_h: Param,
    /// `e_m` `[d, 1]`
    pub e_m: Param,
    /// `W` `[I, H]`: from the input.
    pub w: Param,
    /// `U` `[H, H]`: from the last step.
    pub u: Param,
    /// `V` `[d, H]`: from the memory.
    pub v: Param,
    /// `[Āᵀ; B̄ᵀ]` `[d + 1, d]`
    ab: Constant,
}

impl Cell for LmuCell {
    /// `h` `[B, H]` and `m` `[B, d]`.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        (tape.zeros([batch, self.u.shape().rows()]), tape.zeros([batch, self.v.shape().rows()]))
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, (h, m): Self::State<'t, R>) -> Self::State<'t, R> {
        let (units, order) = (self.u.shape().rows(), self.v.shape().rows());
        check("lmu", x_t, self.w.shape().rows(), &[("the state h", h, units), ("the memory m", m, order)]);
        let (tape, ab) = (h.tape(), h.tape().constant(&self.ab));
        let [e_x, e_h, e_m] = [self.e_x, self.e_h, self.e_m].map(|e| tape.param(e));
        let [w, u, v] = [self.w, self.u, self.v].map(|weights| tape.param(weights));
        let signal = (x_t.matmul(e_x) + h.matmul(e_h) + m.matmul(e_m)).named("u");
        let m = tape.concat(1, &[m, signal]).matmul(ab).named("m");
        let a = x_t.matmul(w) + h.matmul(u) + m.matmul(v);
        (a.named("a").tanh(), m)
    }
}
