//! What most cells begin with: all gates' pre-activations by two products

use crate::nn::cells::check;
use crate::real::Real;
use crate::tape::Var;
use crate::tensor::{Init, Param, Params};

/// `[a_1 … a_G] = x_t·W + h_{t−1}·U + b`: the weights of `G` gates side by side.
#[derive(Clone, Copy, Debug)]
pub struct Gates<const G: usize> {
    /// `W` `[I, G·H]`: from the input.
    pub w: Param,
    /// `U` `[H, G·H]`: from the last step.
    pub u: Param,
    /// `b` `[G·H]`.
    pub b: Param,
}

impl<const G: usize> Gates<G> {
    /// Adds `{name}.w`, Glorot uniform, `{name}.u`, orthogonal, and `{name}.b`, zeros, for `I` inputs and `H` units.
    #[track_caller]
    pub(super) fn new<R: Real>(params: &mut Params<R>, name: &str, [i, h]: [usize; 2]) -> Self {
        Self {
            w: params.add(format!("{name}.w"), [i, G * h], Init::GlorotUniform),
            u: params.add(format!("{name}.u"), [h, G * h], Init::Orthogonal { gain: 1.0 }),
            b: params.add(format!("{name}.b"), [G * h], Init::Zeros),
        }
    }

    /// The same, with the bias of one gate at `value`.
    pub(super) fn with_bias<R: Real>(self, params: &mut Params<R>, gate: usize, value: f64) -> Self {
        let h = self.units();
        params[self.b][gate * h..][..h].fill(R::from_f64(value));
        self
    }

    /// `H`
    pub(super) fn units(&self) -> usize {
        self.u.shape().rows()
    }

    /// `x_t·W + h_{t−1}·U + b`, gate by gate, `[B, H]` each. `cell` is who asks, for messages.
    #[track_caller]
    pub(super) fn of<'t, R: Real>(&self, cell: &str, x_t: Var<'t, R>, h: Var<'t, R>) -> [Var<'t, R>; G] {
        self.check(cell, x_t, h);
        split(self.reading(x_t) + h.matmul(h.tape().param(self.u)))
    }

    /// `x_t·W + b`, gate by gate, for cells in which it and `h_{t−1}·U` go different ways.
    #[track_caller]
    pub(super) fn input<'t, R: Real>(&self, cell: &str, x_t: Var<'t, R>, h: Var<'t, R>) -> [Var<'t, R>; G] {
        self.check(cell, x_t, h);
        split(self.reading(x_t))
    }

    /// `h·U` of one gate, `[B, H]`.
    #[track_caller]
    pub(super) fn times_u<'t, R: Real>(&self, h: Var<'t, R>, gate: usize) -> Var<'t, R> {
        let units = self.units();
        h.matmul_columns(h.tape().param(self.u), gate * units..(gate + 1) * units)
    }

    /// Panics unless a state beside `h` is `[B, H]`, too.
    #[track_caller]
    pub(super) fn check_state<'t, R: Real>(
        &self,
        cell: &str,
        x_t: Var<'t, R>,
        name: &str,
        state: Var<'t, R>,
    ) {
        check(cell, x_t, self.w.shape().rows(), &[(name, state, self.units())]);
    }

    /// Panics unless `x_t` is `[B, I]` and `h` `[B, H]`.
    #[track_caller]
    fn check<'t, R: Real>(&self, cell: &str, x_t: Var<'t, R>, h: Var<'t, R>) {
        check(cell, x_t, self.w.shape().rows(), &[("the state h", h, self.units())]);
    }

    #[track_caller]
    fn reading<'t, R: Real>(&self, x_t: Var<'t, R>) -> Var<'t, R> {
        let tape = x_t.tape();
        x_t.matmul(tape.param(self.w)).add_bias(tape.param(self.b))
    }
}

/// `[a_1 … a_G]` `[.., G·H]`, gate by gate.
#[track_caller]
pub(super) fn split<'t, R: Real, const G: usize>(a: Var<'t, R>) -> [Var<'t, R>; G] {
    let (axis, units) = (a.shape().rank() - 1, a.shape().last() / G);
    std::array::from_fn(|gate| a.slice(axis, gate * units, units))
}
