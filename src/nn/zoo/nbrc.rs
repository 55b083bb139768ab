//! nBRC: bistable units that others make bistable, or not

use super::Inputs;
use super::brc::bistable;
use super::gates::split;
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of neuromodulated bistable units: a [`Brc`](super::Brc) in which the feedback and the speed of a unit depend on all units.
///
/// Vecoven, Ernst & Drion, *A bio-inspired bistable recurrent cell allows for long-lasting memory* (2021),
/// <https://doi.org/10.1371/journal.pone.0252676>. torchrecurrent `NBRCell` (whose documentation writes `⊙` where it multiplies matrices).
///
/// ```text
/// a_t = 1 + tanh(x_t·W_a + h_{t−1}·U_a + b_a)    feedback
/// c_t = σ(x_t·W_c + h_{t−1}·U_c + b_c)           how slow
/// h_t = c_t⊙h_{t−1} + (1 − c_t)⊙tanh(x_t·W_h + a_t⊙h_{t−1} + b_h)
/// ```
///
/// For biases and letters see [`Brc`](super::Brc).
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 3·H]` and `{name}.u` `[H, 2·H]`, Glorot uniform as wholes (in the published code gate by gate),
/// and `{name}.b` `[3·H]`, zeros; gates `a, c, h`.
pub type Nbrc = Recurrent<NbrcSpec>;

units_only!(Nbrc, NbrcSpec, NbrcCell, "`H` units.");

/// One step of an [`Nbrc`].
#[derive(Clone, Copy, Debug)]
pub struct NbrcCell {
    /// `W` `[I, 3·H]`: of `a`, `c`, `h`.
    pub w: Param,
    /// `U` `[H, 2·H]`: of `a` and `c`.
    pub u: Param,
    /// `b` `[3·H]`: of `a`, `c`, `h`.
    pub b: Param,
}

impl NbrcCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        Self {
            w: params.add(format!("{name}.w"), [inputs, 3 * units], Init::GlorotUniform),
            u: params.add(format!("{name}.u"), [units, 2 * units], Init::GlorotUniform),
            b: params.add(format!("{name}.b"), [3 * units], Init::Zeros),
        }
    }
}

impl Cell for NbrcCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.u.shape().rows()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// `c⊙h_{t−1}` and the feedback `a⊙h_{t−1}` are `h_{t−1}` itself; the product with `U` reads `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        check("nbrc", x_t, self.w.shape().rows(), &[("the state h", h, self.u.shape().rows())]);
        let x = Inputs { w: self.w, b: self.b }.of("nbrc", x_t);
        bistable(x, split(read.matmul(h.tape().param(self.u))), h)
    }
}
