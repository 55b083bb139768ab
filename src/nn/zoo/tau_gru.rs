//! τ-GRU: a gated unit that is also told what it was some time ago

use super::Gates;
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;

/// A layer of gated units with a second content that reads the state `d` steps before the last one, so that gradients have a short cut through time.
///
/// Erichson, Lim & Mahoney, *Gated recurrent neural networks with weighted time-delay feedback* (2022),
/// <https://arxiv.org/abs/2212.00228>. torchrecurrent `tauGRUCell`.
///
/// ```text
/// u = tanh(x_t·W_u + h_{t−1}·U_u + b_u)          new content
/// z = tanh(x_t·W_z + h_{t−1−d}·U_z + b_z)        content by what was before
/// g = σ(x_t·W_g + h_{t−1}·U_g + b_g)             gate
/// a = σ(x_t·W_a + h_{t−1}·U_a + b_a)             weight of the delayed content
/// h_t = (1 − g)⊙h_{t−1} + g⊙(u + a⊙z)
/// ```
///
/// The delay `d` is chosen for a task; it begins at 10. Before the sequence the state was 0. The paper's `U` are `W` here, and its `W` are `U`; its
/// delay `τ` is `d` steps.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 4·H]`, `{name}.u` `[H, 4·H]` and `{name}.b` `[4·H]`, gates `u, z, g, a`. `W` begins Glorot
/// uniform, `U` orthogonal, all biases at 0.
pub type TauGru = Recurrent<TauGruSpec>;

/// The size and options of a [`TauGruCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct TauGruSpec {
    units: usize,
    delay: usize,
}

impl TauGru {
    /// `H` units with a delay of 10 steps.
    pub fn new(units: usize) -> Self {
        Self::of(TauGruSpec { units, delay: 10 })
    }

    /// Another delay `d`.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn delay(mut self, steps: usize) -> Self {
        assert!(steps > 0, "tau_gru: a delay of 0 steps");
        self.cell.delay = steps;
        self
    }
}

impl Spec for TauGruSpec {
    type Cell = TauGruCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> TauGruCell {
        TauGruCell { gates: Gates::new(params, name, [inputs, self.units]), delay: self.delay }
    }
}

/// One step of a [`TauGru`].
#[derive(Clone, Copy, Debug)]
pub struct TauGruCell {
    /// `W`, `U`, `b` of `u`, `z`, `g`, `a`.
    pub gates: Gates<4>,
    /// The delay `d`.
    pub delay: usize,
}

impl Cell for TauGruCell {
    /// `h` `[B, H]`, and the `d` states before it, the oldest first, `[B, d·H]`.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        let units = self.gates.units();
        (tape.zeros([batch, units]), tape.zeros([batch, self.delay * units]))
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, state: Self::State<'t, R>) -> Self::State<'t, R> {
        self.step_reading(x_t, state, state.0)
    }

    /// `h_{t−1}` itself stays where `g` is 0, and is what is remembered; the products read `read`, and `h_{t−1−d}` as it was.
    #[track_caller]
    fn step_reading<'t, R: Real>(
        &self,
        x_t: Var<'t, R>,
        (h, past): Self::State<'t, R>,
        read: Var<'t, R>,
    ) -> Self::State<'t, R> {
        let (units, earlier) = (self.gates.units(), (self.delay - 1) * self.gates.units());
        check("tau_gru", x_t, self.gates.w.shape().rows(), &[("the past", past, self.delay * units)]);
        let [x_u, x_z, x_g, x_a] = self.gates.input("tau_gru", x_t, h);
        let u = (x_u + self.gates.times_u(read, 0)).named("a_u").tanh().named("u");
        let z = (x_z + self.gates.times_u(past.slice(1, 0, units), 1)).named("a_z").tanh().named("z");
        let g = (x_g + self.gates.times_u(read, 2)).named("a_g").sigmoid().named("g");
        let a = (x_a + self.gates.times_u(read, 3)).named("a_a").sigmoid().named("a");
        let past = h.tape().concat(1, &[past.slice(1, units, earlier), h]);
        ((1.0 - g) * h + g * (u + a * z), past)
    }
}
