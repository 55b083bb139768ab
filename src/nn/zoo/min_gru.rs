//! minGRU: a GRU whose gates don't look back

use super::Inputs;
use crate::nn::{Recurrent, Spec};
use crate::real::Real;
use crate::tape::Var;
use crate::tensor::Params;

/// A layer of minimal GRUs.
///
/// Feng, Tung, Ahmed, Bengio & Hajimirsadeghi, *Were RNNs all we needed?* (2024), <https://arxiv.org/abs/2410.01201>, section 3.1;
/// [`positive`](MinGru::positive) is its appendix B. mingru-keras `MinGRU`; minGRU-pytorch `minGRU` (without biases, and positive).
///
/// ```text
/// z = σ(x_t·W_z + b_z)               update gate
/// h̃ = x_t·W_h + b_h                  new content
/// h_t = (1 − z)⊙h_{t−1} + z⊙h̃
/// ```
///
/// No gate reads `h_{t−1}`, so the whole sequence is a scan ([`Var::scan`]), on several threads if it is long. (The paper computes it with
/// logarithms, for which everything must be positive, and begins with `ln g(h_0)`, as if `h_0` was content still to be made positive; with the equation itself
/// `h_0` is a state like any other. minGRU-pytorch's begins with `ln h_0`.)
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 2·H]`, Glorot uniform, and `{name}.b` `[2·H]`, zeros: gates `z, h`.
pub type MinGru = Recurrent<MinGruSpec>;

/// The size and the option of a [`MinGruCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct MinGruSpec {
    units: usize,
    positive: bool,
}

impl MinGru {
    /// `H` units.
    pub fn new(units: usize) -> Self {
        Self::of(MinGruSpec { units, positive: false })
    }

    /// Content that is above 0: `h̃ = g(x_t·W_h + b_h)`, with `g(a) = a + ½` from 0 on, and `σ(a)` below.
    #[must_use]
    pub fn positive(mut self, yes: bool) -> Self {
        self.cell.positive = yes;
        self
    }
}

impl Spec for MinGruSpec {
    type Cell = MinGruCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> MinGruCell {
        MinGruCell { gates: Inputs::new(params, name, [inputs, self.units]), positive: self.positive }
    }
}

/// One step of a [`MinGru`].
#[derive(Clone, Copy, Debug)]
pub struct MinGruCell {
    /// `W` and `b` of `z` and `h̃`.
    pub gates: Inputs<2>,
    positive: bool,
}

impl MinGruCell {
    /// `1 − z` and `z⊙h̃`, of one step or of all.
    #[track_caller]
    fn terms<'t, R: Real>(&self, x: Var<'t, R>) -> [Var<'t, R>; 2] {
        let [a_z, a_h] = self.gates.of("min_gru", x);
        let z = a_z.named("a_z").sigmoid().named("z");
        let a_h = a_h.named("a_h");
        let content = if self.positive { above_zero(a_h) } else { a_h };
        [1.0 - z, z * content.named("h̃")]
    }
}

/// `g(a)`: `a + ½` from 0 on, `σ(a)` below: where one of them bends, the other has been cut off.
pub(super) fn above_zero<R: Real>(a: Var<'_, R>) -> Var<'_, R> {
    a.relu() + a.minimum(a.tape().zeros(a.shape())).sigmoid()
}

linear_cell!(MinGruCell, "min_gru");
