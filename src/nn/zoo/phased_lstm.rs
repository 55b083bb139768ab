//! Phased LSTM: every unit has a rhythm of its own, and is open for a small part of it

use super::Gates;
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of LSTM whose units are updated in turns: unit `j` has a time gate that opens for a part `r_j` of each period `τ_j`, and
/// keeps its state for the rest.
///
/// Neil, Pfeiffer & Liu, *Phased LSTM: accelerating recurrent network training for long or event-based sequences* (2016),
/// <https://arxiv.org/abs/1610.09513>, without peepholes. Time is the number of the step, from 0; steps that a mask hides don't count.
/// TensorFlow 1 `tf.contrib.rnn.PhasedLSTMCell`.
///
/// ```text
/// φ = fract((t − s)/τ)                           where in its period a unit stands, 0 to 1
/// k = max(min(2·φ/r, 2 − 2·φ/r), α·φ)            the time gate: up until φ = r/2, down until r, then shut but for a leak
/// i, f, o = σ(x_t·W + h_{t−1}·U + b)             gates of an LSTM, one each
/// g = tanh(x_t·W_c + h_{t−1}·U_c + b_c)
/// c̃ = f⊙c_{t−1} + i⊙g                            the LSTM's step
/// h̃ = o⊙tanh(c̃)
/// c_t = k⊙c̃ + (1 − k)⊙c_{t−1}                    of which so much is taken
/// h_t = k⊙h̃ + (1 − k)⊙h_{t−1}
/// ```
///
/// The paper's `k` has a case for each piece, with the leak from `φ = r` on, where it jumps by `α·r`; the maximum has no jump, and
/// is the same elsewhere. The paper sets `α` to 0 after training: so does `layer.cell.leak = 0.0`. Its gates `i`, `f` and `o` also read `c`, through
/// peepholes: so they do in the authors' code, by default; in TensorFlow's that is an option, off by default. Its `r_on` is `r` here, its `W_x·` are
/// `W`, and its `W_h·` are `U`; `g` has no letter there.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 4·H]`, `{name}.u` `[H, 4·H]` and `{name}.b` `[4·H]`, gates `i, f, c, o`, Glorot uniform,
/// orthogonal, and zeros but for `b_f`, ones; `{name}.tau` `[H]`, `e` to a power uniform in 0 to 3 (another range: [`periods`](PhasedLstm::periods));
/// `{name}.s` `[H]`, uniform in 0 to `τ`; and `{name}.r` `[H]`, of 0.05. (The authors' code draws matrices from a normal distribution with deviation
/// 0.1, and begins with `b_f` at 2 and `τ` uniform in 10 to 100, unless told otherwise.)
pub type PhasedLstm = Recurrent<PhasedLstmSpec>;

/// The size of a [`PhasedLstmCell`], and its rhythm.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct PhasedLstmSpec {
    units: usize,
    periods: [f64; 2],
    open: f64,
    leak: f64,
}

impl PhasedLstm {
    /// `H` units.
    pub fn new(units: usize) -> Self {
        Self::of(PhasedLstmSpec { units, periods: [1.0, 3f64.exp()], open: 0.05, leak: 1e-3 })
    }

    /// Periods `τ` begin between these, as many from 1 to 2 as from 10 to 20. Default 1 to e³, some 20 steps.
    ///
    /// # Panics
    /// Unless both are above 0, and in order.
    #[must_use]
    #[track_caller]
    pub fn periods(mut self, shortest: f64, longest: f64) -> Self {
        let fit = 0.0 < shortest && shortest <= longest && longest.is_finite();
        assert!(fit, "phased_lstm: periods from {shortest} to {longest}");
        self.cell.periods = [shortest, longest];
        self
    }

    /// The part `r` of a period for which a unit is open, at the beginning. Default 0.05.
    #[must_use]
    pub fn open(mut self, part: f64) -> Self {
        self.cell.open = part;
        self
    }

    /// How much of a closed gate is open, `α`. Default 0.001.
    #[must_use]
    pub fn leak(mut self, leak: f64) -> Self {
        self.cell.leak = leak;
        self
    }
}

impl Spec for PhasedLstmSpec {
    type Cell = PhasedLstmCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> PhasedLstmCell {
        let gates = Gates::new(params, name, [inputs, self.units]).with_bias(params, 1, 1.0);
        let [low, high] = self.periods.map(f64::ln);
        let tau = params.add(format!("{name}.tau"), [self.units], Init::Uniform { low, high });
        let s = params.add(format!("{name}.s"), [self.units], Init::Uniform { low: 0.0, high: 1.0 });
        for j in 0..self.units {
            params[tau][j] = params[tau][j].exp();
            let period = params[tau][j];
            params[s][j] *= period;
        }
        let r = params.add(format!("{name}.r"), [self.units], Init::Constant(self.open));
        PhasedLstmCell { gates, tau, s, r, leak: self.leak }
    }
}

/// One step of a [`PhasedLstm`].
#[derive(Clone, Copy, Debug)]
pub struct PhasedLstmCell {
    /// `W`, `U`, `b` of `i`, `f`, `g` and `o`.
    pub gates: Gates<4>,
    /// Periods `τ` `[H]`, in steps.
    pub tau: Param,
    /// Shifts `s` `[H]`, in steps.
    pub s: Param,
    /// The parts `r` `[H]` of a period for which units are open.
    pub r: Param,
    /// `α`.
    pub leak: f64,
}

impl PhasedLstmCell {
    /// `k` `[B, H]` at the time `t` `[B, 1]`.
    fn time_gate<'t, R: Real>(&self, t: Var<'t, R>) -> Var<'t, R> {
        let shape = [t.shape().rows(), self.gates.units()];
        let [tau, s, r] = [self.tau, self.s, self.r].map(|param| t.tape().param(param).expand(shape));
        let phi = ((t.expand(shape) - s) / tau).fract().named("φ");
        let up = phi * 2.0 / r;
        up.minimum(2.0 - up).maximum(phi * self.leak).named("k")
    }
}

impl Cell for PhasedLstmCell {
    /// `h` and `c`, `[B, H]` each, and the time `t` `[B, 1]`.
    type State<'t, R: Real> = [Var<'t, R>; 3];

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        [self.gates.units(), self.gates.units(), 1].map(|width| tape.zeros([batch, width]))
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, state: Self::State<'t, R>) -> Self::State<'t, R> {
        self.step_reading(x_t, state, state[0])
    }

    /// `h_{t−1}` itself stays where `k` is 0; the product reads `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(
        &self,
        x_t: Var<'t, R>,
        [h, c, t]: Self::State<'t, R>,
        read: Var<'t, R>,
    ) -> Self::State<'t, R> {
        let (inputs, units) = (self.gates.w.shape().rows(), self.gates.units());
        check("phased_lstm", x_t, inputs, &[("the state c", c, units), ("the time t", t, 1)]);
        let [a_i, a_f, a_c, a_o] = self.gates.of("phased_lstm", x_t, read);
        let i = a_i.named("a_i").sigmoid().named("i");
        let f = a_f.named("a_f").sigmoid().named("f");
        let g = a_c.named("a_c").tanh().named("g");
        let o = a_o.named("a_o").sigmoid().named("o");
        let proposed = (f * c + i * g).named("c̃");
        let k = self.time_gate(t);
        let kept = 1.0 - k;
        [k * (o * proposed.tanh()) + kept * h, (k * proposed + kept * c).named("c"), t + 1.0]
    }
}
