//! RMSProp: `w ← w − η·g/√mean(g²)`

use super::{Exported, Optimizer, RateAt, Rows, State, WeightDecay, range};
use crate::kernels::elementwise;
use crate::real::Real;
use crate::tensor::{Gradients, Params};

/// Each weight's step is divided by the root mean square of its own recent gradients. Tieleman &
/// Hinton 2012 (lecture 6.5 of a course); centred and with momentum: Graves 2013.
///
/// ```text
/// g ← g + λ·w                           weight decay
/// v ← ρ·v + (1 − ρ)·g²                  mean of the squares
/// a ← ρ·a + (1 − ρ)·g                   mean; if centred, v − a² (the variance) stands for v below
/// u = g/√(v + ε)   or   g/(√v + ε)      ε inside of the root, or outside
/// w ← w − η·u
/// b ← μ·b + u,  w ← w − η·b             with momentum, see RateAt
/// ```
///
/// Where `v` is small, `√(v + 1e-7)` is at least 3e-4 but `√v + 1e-7` is not: the place of ε matters.
/// Where a gradient hardly varies, `v − a²` is near 0 and the step is near `η·g/ε`: centred, take a
/// larger ε (Graves: 1e-4, inside). Rounding can make it negative; then it counts as 0, so that the
/// root isn't NaN.
///
/// [`State::moments`] are `[v, a, b]`.
#[derive(Clone, Debug)]
pub struct RmsProp<R: Real = f32> {
    /// The learning rate `η`.
    pub lr: f64,
    /// `ρ`: how much of the means a step keeps. PyTorch: `alpha`, TF1: `decay`.
    pub rho: f64,
    /// `ε`.
    pub eps: f64,
    /// Whether `ε` is inside of the root.
    pub eps_inside: bool,
    /// Whether the mean gradient is subtracted.
    pub centred: bool,
    /// `μ`: how much of the buffer a step keeps; 0 for none.
    pub momentum: f64,
    /// Whether `η` is applied to the buffer or is inside of it.
    pub rate_at: RateAt,
    /// What `v` is before the first step.
    pub start: f64,
    /// The weight decay `λ`.
    pub weight_decay: WeightDecay,
    /// What happens to rows of a table without gradient.
    pub rows: Rows,
    /// The means and the buffer.
    pub state: State<R, 3>,
}

impl<R: Real> RmsProp<R> {
    /// PyTorch's `RMSprop(lr)`: `v₀ = 0`, `u = g/(√v + ε)`, `b ← μ·b + u`, `w ← w − η·b`.
    ///
    /// Defaults: `ρ = 0.99`, `ε = 1e-8`, no momentum, not centred, no weight decay.
    ///
    /// # Panics
    /// If `lr` is negative or not finite. (So do the other presets.)
    #[track_caller]
    pub fn pytorch(lr: f64) -> Self {
        Self {
            lr: range::at_least_0("rmsprop", "lr", lr),
            rho: 0.99,
            eps: 1e-8,
            eps_inside: false,
            centred: false,
            momentum: 0.0,
            rate_at: RateAt::Step,
            start: 0.0,
            weight_decay: WeightDecay::None,
            rows: Rows::All,
            state: State::default(),
        }
    }

    /// `RMSprop(learning_rate)` of Keras 3 and Keras 2.11 to 2.15: `v₀ = 0`, `u = g/√(v + ε)`,
    /// `b ← μ·b + η·u`, `w ← w − b`.
    ///
    /// Defaults: `ρ = 0.9`, `ε = 1e-7`, no momentum, not centred, no weight decay (if any, it is
    /// [`WeightDecay::Decoupled`]).
    #[track_caller]
    pub fn keras(lr: f64) -> Self {
        Self { rho: 0.9, eps: 1e-7, eps_inside: true, rate_at: RateAt::Buffer, ..Self::pytorch(lr) }
    }

    /// `RMSprop(learning_rate, momentum)` of Keras 2 up to 2.10, later `optimizers.legacy`. As
    /// [`keras`](Self::keras), but without momentum (0) `u = g/(√v + ε)`: there the momentum decides
    /// where ε is, and, with it, for [`Rows::Touched`].
    #[track_caller]
    pub fn keras2_legacy(lr: f64, momentum: f64) -> Self {
        let rows = if momentum > 0.0 { Rows::Touched } else { Rows::All };
        Self { momentum, eps_inside: momentum > 0.0, rows, ..Self::keras(lr) }
    }

    /// TF1's `RMSPropOptimizer(learning_rate)`: as [`keras`](Self::keras), but `v₀ = 1`, so the first
    /// steps are small: with gradients below 1 it starts like gradient descent.
    ///
    /// Defaults: `ρ = 0.9`, `ε = 1e-10`, no momentum, not centred, [`Rows::Touched`].
    #[track_caller]
    pub fn tf1(lr: f64) -> Self {
        Self { eps: 1e-10, start: 1.0, rows: Rows::Touched, ..Self::keras(lr) }
    }

    /// What the moments start from.
    fn starts(&self) -> [Option<f64>; 3] {
        [Some(self.start), self.centred.then_some(0.0), (self.momentum > 0.0).then_some(0.0)]
    }

    #[track_caller]
    fn check(&self) {
        range::at_least_0("rmsprop", "lr", self.lr);
        range::fraction("rmsprop", "rho", self.rho);
        range::positive("rmsprop", "eps", self.eps);
        range::fraction("rmsprop", "momentum", self.momentum);
        range::at_least_0("rmsprop", "start", self.start);
        self.weight_decay.check("rmsprop");
    }
}

/// Keras' `RMSprop()`: rate 0.001.
impl<R: Real> Default for RmsProp<R> {
    fn default() -> Self {
        Self::keras(0.001)
    }
}

impl<R: Real> Optimizer<R> for RmsProp<R> {
    #[track_caller]
    fn step(&mut self, params: &mut Params<R>, grads: &Gradients<R>) {
        self.check();
        let has_momentum = self.momentum > 0.0;
        let starts = self.starts();
        let (_, moments) = self.state.begin("rmsprop", params, grads, starts);
        let (inside, outside) = if self.eps_inside { (self.eps, 0.0) } else { (0.0, self.eps) };
        let [rho, rest, inside, outside] = [self.rho, 1.0 - self.rho, inside, outside].map(R::from_f64);
        let (into, out) = self.rate_at.factors(self.lr);
        let (l2, keep) = self.weight_decay.factors(self.lr);
        let [lr, mu, into, out, l2, keep] = [self.lr, self.momentum, into, out, l2, keep].map(R::from_f64);

        let mean = move |old: R, new: R| rho * old + rest * new;
        let root = move |v: R| (v + inside).sqrt() + outside;
        let variance = move |v: R, a: R| if v < a * a { R::ZERO } else { v - a * a };
        let variant = (self.centred, has_momentum);
        self.rows.update(params, moments, grads, move |g, w, [v, a, b]| match variant {
            (false, false) => elementwise::update2(g, [w, v], move |g, [w, v]| {
                let g = g + l2 * w;
                let v = mean(v, g * g);
                [keep * w - lr * g / root(v), v]
            }),
            (true, false) => elementwise::update3(g, [w, v, a], move |g, [w, v, a]| {
                let g = g + l2 * w;
                let (v, a) = (mean(v, g * g), mean(a, g));
                [keep * w - lr * g / root(variance(v, a)), v, a]
            }),
            (false, true) => elementwise::update3(g, [w, v, b], move |g, [w, v, b]| {
                let g = g + l2 * w;
                let v = mean(v, g * g);
                let b = mu * b + into * g / root(v);
                [keep * w - out * b, v, b]
            }),
            (true, true) => elementwise::update4(g, [w, v, a, b], move |g, [w, v, a, b]| {
                let g = g + l2 * w;
                let (v, a) = (mean(v, g * g), mean(a, g));
                let b = mu * b + into * g / root(variance(v, a));
                [keep * w - out * b, v, a, b]
            }),
        });
    }

    rate_and_state!(
        "rmsprop",
        ["v", "a", "b"],
        rho eps eps_inside centred momentum rate_at start weight_decay rows
    );
}
