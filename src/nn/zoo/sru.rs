//! SRU: a forget gate for the memory, and a highway around it

use super::linear;
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent, Spec, Way};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of simple recurrent units.
///
/// Lei, Zhang, Wang, Dai & Artzi, *Simple recurrent units for highly parallelizable recurrence* (2018), <https://arxiv.org/abs/1709.02755>,
/// equations 1–4. sru `SRUCell`. (The factor before `x_t` in section 3.2, sru's `rescale`, is not here.)
///
/// ```text
/// f = σ(x_t·W_f + v_f⊙c_{t−1} + b_f)             forget gate
/// r = σ(x_t·W_r + v_r⊙c_{t−1} + b_r)             reset gate
/// c_t = f⊙c_{t−1} + (1 − f)⊙(x_t·W)
/// h_t = r⊙c_t + (1 − r)⊙x_t                      or x_t·W_x, unless I = H
/// ```
///
/// (The first version of the paper also has a function of `c_t` in `h_t`, tanh or none; here it is none, sru's default.) A unit sees no other unit's
/// memory. With `v` the gates see their own, and the sequence is a loop. The first version of the paper, of 2017, has no `v`
/// ([`first_version`](Sru::first_version), sru's `v1`): there `c` is a scan ([`Var::scan`]).
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 3·H]`, or `[I, 4·H]`: `W, W_f, W_r`, and `W_x` unless `I = H`; `{name}.v` `[2·H]`, unless it is
/// the first version, and `{name}.b` `[2·H]`: `f, r`. As in the paper `w` begins uniform with variance `1/I`; biases begin at 0, and `v` uniform with variance
/// ½, as in sru.
pub type Sru = Recurrent<SruSpec>;

/// The size and the version of an [`SruCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct SruSpec {
    units: usize,
    first_version: bool,
}

impl Sru {
    /// `H` units.
    pub fn new(units: usize) -> Self {
        Self::of(SruSpec { units, first_version: false })
    }

    /// Gates that read the input alone, as in the paper of 2017 without its function of `c`.
    #[must_use]
    pub fn first_version(mut self, yes: bool) -> Self {
        self.cell.first_version = yes;
        self
    }
}

impl Spec for SruSpec {
    type Cell = SruCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> SruCell {
        let (units, uniform) = (self.units, |bound: f64| Init::Uniform { low: -bound, high: bound });
        let columns = if inputs == units { 3 * units } else { 4 * units };
        let range = (3.0 / inputs as f64).sqrt();
        SruCell {
            w: params.add(format!("{name}.w"), [inputs, columns], uniform(range)),
            v: (!self.first_version)
                .then(|| params.add(format!("{name}.v"), [2 * units], uniform(1.5_f64.sqrt()))),
            b: params.add(format!("{name}.b"), [2 * units], Init::Zeros),
        }
    }
}

/// One step of an [`Sru`].
#[derive(Clone, Copy, Debug)]
pub struct SruCell {
    /// `W`, `W_f`, `W_r`, and perhaps `W_x`, `[I, 3·H]` or `[I, 4·H]`.
    pub w: Param,
    /// `v_f` and `v_r` `[2·H]`.
    pub v: Option<Param>,
    /// `b_f` and `b_r` `[2·H]`.
    pub b: Param,
}

impl SruCell {
    fn units(&self) -> usize {
        self.b.shape().last() / 2
    }

    /// The gates before `σ`, without `v`, and `x·W` and what goes around: `a_f`, `a_r`, `x·W`, `x`, of one step or of all.
    #[track_caller]
    fn terms<'t, R: Real>(&self, x: Var<'t, R>) -> [Var<'t, R>; 4] {
        let (tape, units, last) = (x.tape(), self.units(), x.shape().rank() - 1);
        let a = x.matmul(tape.param(self.w));
        let gates = a.slice(last, units, 2 * units).add_bias(tape.param(self.b));
        let around = if a.shape().last() == 3 * units { x } else { a.slice(last, 3 * units, units) };
        [gates.slice(last, 0, units), gates.slice(last, units, units), a.slice(last, 0, units), around]
    }
}

impl Cell for SruCell {
    /// `h` and `c`, `[B, H]` each.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        let zeros = || tape.zeros([batch, self.units()]);
        (zeros(), zeros())
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, (_, c): Self::State<'t, R>) -> Self::State<'t, R> {
        check("sru", x_t, self.w.shape().rows(), &[("the state c", c, self.units())]);
        let [mut a_f, mut a_r, content, around] = self.terms(x_t);
        if let Some(v) = self.v {
            let v = x_t.tape().param(v);
            let seen = |gate: usize| v.slice(0, gate * self.units(), self.units()).expand(c.shape()) * c;
            (a_f, a_r) = (a_f + seen(0), a_r + seen(1));
        }
        let f = a_f.named("a_f").sigmoid().named("f");
        let r = a_r.named("a_r").sigmoid().named("r");
        let c = (f * c + (1.0 - f) * content.named("x̃")).named("c");
        (r * c + (1.0 - r) * around, c)
    }

    /// The first version only.
    #[track_caller]
    fn at_once<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        (h_0, c_0): Self::State<'t, R>,
        way: Way<'t, R>,
    ) -> Option<(Var<'t, R>, Self::State<'t, R>)> {
        if self.v.is_some() {
            return None;
        }
        let [a_f, a_r, content, around] = self.terms(x);
        let (f, r) = (a_f.sigmoid(), a_r.sigmoid());
        let c = linear::scan(f, (1.0 - f) * content, c_0, way);
        let h = linear::hold(r * c + (1.0 - r) * around, h_0, way);
        Some((h, (linear::last(h, h_0, way), linear::last(c, c_0, way))))
    }
}
