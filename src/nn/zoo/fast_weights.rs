//! Fast weights: an Elman net that attends to its own recent states

use super::Gates;
use crate::nn::{Activation, Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer with slow weights, and fast ones that are learnt while it runs.
///
/// Ba, Hinton, Mnih, Leibo & Ionescu, *Using fast weights to attend to the recent past* (2016), <https://arxiv.org/abs/1610.06258>,
/// sections 3 and 3.2.
///
/// ```text
/// a = x_t·W + h_{t−1}·U + b
/// h⁰ = f(a)
/// h^{s+1} = f(a + A_{t−1}·h^s)                   S times; or f(LN(a + A_{t−1}·h^s)⊙γ + β)
/// h_t = h^S
/// A_t = λ·A_{t−1} + η·h_t·h_tᵀ                   fast weights [B, H·H]
/// ```
///
/// `λ = 0.95`, `η = 0.5` and `S = 1`, as in most of the paper's experiments, see [`rates`](Self::rates) and [`inner_steps`](Self::inner_steps). `f` is tanh; the
/// experiments take relu with a layer norm, which keeps it from growing: [`activation`](Self::activation), [`layer_norm`](Self::layer_norm). The
/// paper's `C` is `W` here, and its `W` is `U`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, H]`, Glorot uniform, `{name}.u` `[H, H]`, the identity times 0.05, and `{name}.b` `[H]`, zeros; with a
/// layer norm `{name}.gamma` and `{name}.beta` `[H]`, ones and zeros.
pub type FastWeights = Recurrent<FastWeightsSpec>;

/// What keeps the variance in `LN` from 0.
const EPSILON: f64 = 1e-3;

/// The size and options of a [`FastWeightsCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct FastWeightsSpec {
    units: usize,
    decay: f64,
    rate: f64,
    inner_steps: usize,
    activation: Activation,
    layer_norm: bool,
}

impl FastWeights {
    /// `H` units, and a memory of `H·H` numbers.
    pub fn new(units: usize) -> Self {
        let (decay, rate, activation) = (0.95, 0.5, Activation::Tanh);
        Self::of(FastWeightsSpec { units, decay, rate, inner_steps: 1, activation, layer_norm: false })
    }

    /// `λ`, which fast weights are multiplied with at each step, and `η`, how fast they learn.
    #[must_use]
    pub fn rates(mut self, decay: f64, rate: f64) -> Self {
        (self.cell.decay, self.cell.rate) = (decay, rate);
        self
    }

    /// `S`: how often `h` is read again.
    #[must_use]
    pub fn inner_steps(mut self, steps: usize) -> Self {
        self.cell.inner_steps = steps;
        self
    }

    /// `f`
    #[must_use]
    pub fn activation(mut self, activation: Activation) -> Self {
        self.cell.activation = activation;
        self
    }

    /// Whether the sum is normalised over the units. (Over two units that is nearly a step function.)
    #[must_use]
    pub fn layer_norm(mut self, yes: bool) -> Self {
        self.cell.layer_norm = yes;
        self
    }
}

impl Spec for FastWeightsSpec {
    type Cell = FastWeightsCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> FastWeightsCell {
        let units = self.units;
        let slow = Gates::new(params, name, [inputs, units]);
        for (n, u) in params[slow.u].iter_mut().enumerate() {
            *u = R::from_f64(if n / units == n % units { 0.05 } else { 0.0 });
        }
        FastWeightsCell {
            slow,
            norm: self.layer_norm.then(|| {
                let gamma = params.add(format!("{name}.gamma"), [units], Init::Constant(1.0));
                [gamma, params.add(format!("{name}.beta"), [units], Init::Zeros)]
            }),
            spec: self,
        }
    }
}

/// One step of a [`FastWeights`] layer.
#[derive(Clone, Copy, Debug)]
pub struct FastWeightsCell {
    /// `W`, `U`, `b`.
    pub slow: Gates<1>,
    /// `γ` and `β` `[H]`.
    pub norm: Option<[Param; 2]>,
    spec: FastWeightsSpec,
}

impl Cell for FastWeightsCell {
    /// `h` `[B, H]` and `A` `[B, H·H]`.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        let units = self.slow.units();
        (tape.zeros([batch, units]), tape.zeros([batch, units * units]))
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, (h, fast): Self::State<'t, R>) -> Self::State<'t, R> {
        let (tape, FastWeightsSpec { decay, rate, inner_steps, activation, .. }) = (x_t.tape(), self.spec);
        let normalised = |a: Var<'t, R>| match self.norm.map(|norm| norm.map(|p| tape.param(p))) {
            Some([gamma, beta]) => a.layer_norm(1, Some(gamma), Some(beta), EPSILON),
            None => a,
        };
        let [a] = self.slow.of("fast_weights", x_t, h);
        let a = a.named("a");
        let mut h = activation.apply(a);
        for _ in 0..inner_steps {
            h = activation.apply(normalised(a + fast.matvec(h)));
        }
        (h, (fast * decay).add_outer(h * rate, h).named("A"))
    }
}
