//! Gradient descent: `w ← w − η·g`

use super::{Exported, Optimizer, RateAt, Rows, State, WeightDecay, range};
use crate::kernels::elementwise;
use crate::real::Real;
use crate::tensor::{Gradients, Params};

/// Stochastic gradient descent, with momentum if `μ > 0`.
///
/// ```text
/// g ← g + λ·w                           weight decay
/// b ← μ·b + (1 − d)·g                   at the first step b ← g
/// w ← w − η·b                           Polyak 1964
/// w ← w − η·(g + μ·b)                   Nesterov 1983, as in Sutskever et al. 2013
/// ```
///
/// That is the rule with [`RateAt::Step`]; with [`RateAt::Buffer`] `η` is inside of `b`. Without
/// momentum there is no `b`, and `w ← w − η·g`.
///
/// [`State::moments`] are `[b]`.
#[derive(Clone, Debug)]
pub struct Sgd<R: Real = f32> {
    /// The learning rate `η`.
    pub lr: f64,
    /// `μ`: how much of the buffer a step keeps; 0 for none.
    pub momentum: f64,
    /// `d`: how much of the gradient is left out of the buffer.
    pub dampening: f64,
    /// Whether to look ahead: the step that the buffer would make next time, too.
    pub nesterov: bool,
    /// Whether `η` is applied to the buffer or is inside of it.
    pub rate_at: RateAt,
    /// The weight decay `λ`.
    pub weight_decay: WeightDecay,
    /// What happens to rows of a table without gradient.
    pub rows: Rows,
    /// The buffer.
    pub state: State<R, 1>,
}

impl<R: Real> Sgd<R> {
    /// Plain gradient descent.
    ///
    /// # Panics
    /// If `lr` is negative or not finite. (So do the other presets.)
    #[track_caller]
    pub fn new(lr: f64) -> Self {
        Self::pytorch(lr, 0.0)
    }

    /// PyTorch's `SGD(lr, momentum)`: `b ← μ·b + g`, `w ← w − η·b`.
    ///
    /// Defaults: no dampening, not Nesterov, no weight decay.
    #[track_caller]
    pub fn pytorch(lr: f64, momentum: f64) -> Self {
        Self {
            lr: range::at_least_0("sgd", "lr", lr),
            momentum,
            dampening: 0.0,
            nesterov: false,
            rate_at: RateAt::Step,
            weight_decay: WeightDecay::None,
            rows: Rows::All,
            state: State::default(),
        }
    }

    /// Keras' `SGD(learning_rate, momentum)`: `b ← μ·b + η·g`, `w ← w − b`.
    ///
    /// Defaults: not Nesterov, no weight decay (if any, it is [`WeightDecay::Decoupled`]).
    #[track_caller]
    pub fn keras(lr: f64, momentum: f64) -> Self {
        Self { rate_at: RateAt::Buffer, ..Self::pytorch(lr, momentum) }
    }

    /// TF1's `MomentumOptimizer(learning_rate, momentum)`: as [`pytorch`](Self::pytorch), but for [`Rows::Touched`].
    #[track_caller]
    pub fn tf1(lr: f64, momentum: f64) -> Self {
        Self { rows: Rows::Touched, ..Self::pytorch(lr, momentum) }
    }

    /// What the buffer starts from.
    fn starts(&self) -> [Option<f64>; 1] {
        [(self.momentum > 0.0).then_some(0.0)]
    }

    #[track_caller]
    fn check(&self) {
        range::at_least_0("sgd", "lr", self.lr);
        range::fraction("sgd", "momentum", self.momentum);
        range::fraction("sgd", "dampening", self.dampening);
        self.weight_decay.check("sgd");
        let possible = !self.nesterov || self.momentum > 0.0 && self.dampening == 0.0;
        assert!(possible, "sgd: nesterov needs a momentum > 0 and no dampening");
    }
}

/// Keras' `SGD()`: rate 0.01, no momentum.
impl<R: Real> Default for Sgd<R> {
    fn default() -> Self {
        Self::keras(0.01, 0.0)
    }
}

impl<R: Real> Optimizer<R> for Sgd<R> {
    #[track_caller]
    fn step(&mut self, params: &mut Params<R>, grads: &Gradients<R>) {
        self.check();
        let has_momentum = self.momentum > 0.0;
        let starts = self.starts();
        let (t, moments) = self.state.begin("sgd", params, grads, starts);
        let undamped = if t == 1 { 1.0 } else { 1.0 - self.dampening };
        let (into, out) = self.rate_at.factors(self.lr);
        let (l2, keep) = self.weight_decay.factors(self.lr);
        // w − η·0 is w.
        let plain = !has_momentum && (l2, keep) == (0.0, 1.0);
        let rows = if plain { Rows::Touched } else { self.rows };
        let nesterov = self.nesterov;
        let [lr, mu, into, out, l2, keep] =
            [self.lr, self.momentum, into * undamped, out, l2, keep].map(R::from_f64);

        rows.update(params, moments, grads, move |g, w, [b]| {
            if !has_momentum {
                elementwise::update1(g, [w], move |g, [w]| [keep * w - lr * (g + l2 * w)]);
            } else if !nesterov {
                elementwise::update2(g, [w, b], move |g, [w, b]| {
                    let b = mu * b + into * (g + l2 * w);
                    [keep * w - out * b, b]
                });
            } else {
                elementwise::update2(g, [w, b], move |g, [w, b]| {
                    let g = into * (g + l2 * w);
                    let b = mu * b + g;
                    [keep * w - out * (g + mu * b), b]
                });
            }
        });
    }

    rate_and_state!("sgd", ["b"], momentum dampening nesterov rate_at weight_decay rows);
}
