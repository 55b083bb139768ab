//! BRC: units that can each hold one of two values, without anybody's help

use super::Inputs;
use super::gates::split;
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of bistable units: the feedback `a` of a unit on itself is between 0 and 2, and above 1 there are two states it can stay in for
/// ever.
///
/// Vecoven, Ernst & Drion, *A bio-inspired bistable recurrent cell allows for long-lasting memory* (2021),
/// <https://doi.org/10.1371/journal.pone.0252676>. torchrecurrent `BRCell`.
///
/// ```text
/// a_t = 1 + tanh(x_t·W_a + u_a⊙h_{t−1} + b_a)    feedback
/// c_t = σ(x_t·W_c + u_c⊙h_{t−1} + b_c)           how slow
/// h_t = c_t⊙h_{t−1} + (1 − c_t)⊙tanh(x_t·W_h + a_t⊙h_{t−1} + b_h)
/// ```
///
/// The paper writes no biases; its published code has the first two, torchrecurrent all three. The paper's `U` are `W` here, and its `w` are `u`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 3·H]`, Glorot uniform as a whole, `{name}.u` `[2·H]`, ones, as the published code's, and `{name}.b` `[3·H]`,
/// zeros; gates `a, c, h`.
pub type Brc = Recurrent<BrcSpec>;

units_only!(Brc, BrcSpec, BrcCell, "`H` units.");

/// One step of a [`Brc`].
#[derive(Clone, Copy, Debug)]
pub struct BrcCell {
    /// `W` `[I, 3·H]`: of `a`, `c`, `h`.
    pub w: Param,
    /// `u` `[2·H]`: of `a` and `c`.
    pub u: Param,
    /// `b` `[3·H]`: of `a`, `c`, `h`.
    pub b: Param,
}

impl BrcCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        Self {
            w: params.add(format!("{name}.w"), [inputs, 3 * units], Init::GlorotUniform),
            u: params.add(format!("{name}.u"), [2 * units], Init::Constant(1.0)),
            b: params.add(format!("{name}.b"), [3 * units], Init::Zeros),
        }
    }
}

/// `h_t` from what `a`, `c` and `h` get of the input, and `a` and `c` of the last step.
#[track_caller]
pub(super) fn bistable<'t, R: Real>(
    [x_a, x_c, x_h]: [Var<'t, R>; 3],
    [u_a, u_c]: [Var<'t, R>; 2],
    h: Var<'t, R>,
) -> Var<'t, R> {
    let a = (1.0 + (x_a + u_a).named("a_a").tanh()).named("a");
    let c = (x_c + u_c).named("a_c").sigmoid().named("c");
    c * h + (1.0 - c) * (x_h + a * h).named("a_h").tanh()
}

impl Cell for BrcCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.u.shape().last() / 2])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// `c⊙h_{t−1}` and the feedback `a⊙h_{t−1}` are `h_{t−1}` itself; `u` multiplies `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let (tape, units) = (h.tape(), self.u.shape().last() / 2);
        check("brc", x_t, self.w.shape().rows(), &[("the state h", h, units)]);
        let x = Inputs { w: self.w, b: self.b }.of("brc", x_t);
        bistable(x, split(tape.param(self.u)).map(|u| u.expand(h.shape()) * read), h)
    }
}
