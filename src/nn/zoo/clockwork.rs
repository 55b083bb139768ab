//! Clockwork RNN: an Elman net in modules, each of which runs at a rate of its own

use std::iter::repeat_n;

use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of clockwork units: module `m` ticks at every `2^m`th step, and keeps its state in between. It reads itself and the
/// modules that are slower than it; so what slow ones remember reaches the fast ones, and what is fast doesn't disturb the slow ones.
///
/// Koutník, Greff, Gomez & Schmidhuber, *A clockwork RNN* (2014), <https://arxiv.org/abs/1402.3511>. Its recurrent matrix is
/// block-triangular; here each module has its blocks as a matrix of its own. Steps are counted from 0, so all modules tick at the first
/// one; steps that a mask hides don't count. theanets `Clockwork`.
///
/// ```text
/// T_m = 1, 2, 4, 8, …                            the period of module m = 0, 1, 2, …
/// a_m = x_t·W_m + [h_m h_{m+1} …]_{t−1}·U_m + b_m
/// h_m = tanh(a_m) if t mod T_m = 0, else h_m of t−1
/// ```
///
/// The rows of a batch may stand at different steps, so all modules are computed at each, and chosen from; there is no time saved here. The paper's
/// `W_I` and `W_H` are `W` and `U` here, and its state `y_H` is `h`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, H]`, Glorot uniform, `{name}.b` `[H]`, zeros, and of each module `{name}.u_m` `[H − start, size]`, orthogonal:
/// initial values of this crate. Modules are as large as each other; of units that are left over, the first ones get one each.
pub type Clockwork = Recurrent<ClockworkSpec>;

/// The sizes of a [`ClockworkCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct ClockworkSpec {
    units: usize,
    modules: usize,
}

impl Clockwork {
    /// `H` units, in four modules, if there are so many units.
    pub fn new(units: usize) -> Self {
        Self::of(ClockworkSpec { units, modules: units.min(4) })
    }

    /// In so many modules: with periods up to `2^(modules − 1)`.
    ///
    /// # Panics
    /// If there are more modules than units, more than 32, or none.
    #[must_use]
    #[track_caller]
    pub fn modules(mut self, modules: usize) -> Self {
        let units = self.cell.units;
        let fit = (1..=units.min(32)).contains(&modules);
        assert!(fit, "clockwork: {modules} modules of {units} units");
        self.cell.modules = modules;
        self
    }
}

impl Spec for ClockworkSpec {
    type Cell = ClockworkCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> ClockworkCell {
        let Self { units, modules } = self;
        let w = params.add(format!("{name}.w"), [inputs, units], Init::GlorotUniform);
        let b = params.add(format!("{name}.b"), [units], Init::Zeros);
        let mut start = 0;
        let mut module = |m| {
            let size = units / modules + usize::from(m < units % modules);
            let init = Init::Orthogonal { gain: 1.0 };
            let u = params.add(format!("{name}.u_{m}"), [units - start, size], init);
            start += size;
            ClockworkModule { u, period: 1_u64 << m }
        };
        ClockworkCell { w, b, modules: (0..modules).map(&mut module).collect() }
    }
}

/// One step of a [`Clockwork`].
#[derive(Clone, Debug)]
pub struct ClockworkCell {
    /// `W` `[I, H]`.
    pub w: Param,
    /// `b` `[H]`.
    pub b: Param,
    /// The fastest first.
    pub modules: Vec<ClockworkModule>,
}

/// Units of a [`ClockworkCell`] that tick together.
#[derive(Clone, Copy, Debug)]
pub struct ClockworkModule {
    /// `U_m` `[H − start, size]`: from its own units and all slower ones, which are those from `start` on.
    pub u: Param,
    /// `T_m`: at how many steps it ticks once.
    pub period: u64,
}

impl ClockworkCell {
    /// `H`
    fn units(&self) -> usize {
        self.b.shape().last()
    }

    /// Which units tick at the time `t` `[B, 1]`, row by row.
    fn ticks<R: Real>(&self, t: Var<'_, R>) -> impl Iterator<Item = bool> {
        let units =
            || self.modules.iter().flat_map(|module| repeat_n(module.period, module.u.shape().last()));
        let time = move |row: usize| t.with_value(|t| t[row].to_f64().round());
        (0..t.shape().rows()).map(time).flat_map(move |t| units().map(move |period| t % period as f64 == 0.0))
    }
}

impl Cell for ClockworkCell {
    /// `h` `[B, H]` and the time `t` `[B, 1]`.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        (tape.zeros([batch, self.units()]), tape.zeros([batch, 1]))
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, (h, t): Self::State<'t, R>) -> Self::State<'t, R> {
        self.step_reading(x_t, (h, t), h)
    }

    /// `h_{t−1}` itself stays where nothing ticks; the products read `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(
        &self,
        x_t: Var<'t, R>,
        (h, t): Self::State<'t, R>,
        read: Var<'t, R>,
    ) -> Self::State<'t, R> {
        let (tape, units, inputs) = (x_t.tape(), self.units(), self.w.shape().rows());
        check("clockwork", x_t, inputs, &[("the state h", h, units), ("the time t", t, 1)]);
        let from_states = |m: usize| {
            let (u, seen) = (self.modules[m].u, self.modules[m].u.shape().rows());
            read.slice(1, units - seen, seen).matmul(tape.param(u))
        };
        let a = x_t.matmul(tape.param(self.w)) + tape.concat_of(1, self.modules.len(), from_states);
        let new = a.add_bias(tape.param(self.b)).named("a").tanh().named("ĥ");
        (new.where_each(self.ticks(t), h), t + 1.0)
    }
}
