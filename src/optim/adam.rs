//! Adam: momentum over RMSProp, both means corrected for their start at 0

use super::{Exported, Optimizer, Rows, State, WeightDecay, range};
use crate::kernels::elementwise;
use crate::real::Real;
use crate::tensor::{Gradients, Params};

/// Kingma & Ba 2015; AMSGrad: Reddi, Kale & Kumar 2018; AdamW: Loshchilov & Hutter 2019.
///
/// ```text
/// g ← g + λ·w                                   weight decay, if L2
/// m ← β₁·m + (1 − β₁)·g                         mean of the gradients
/// v ← β₂·v + (1 − β₂)·g²                        mean of their squares
/// v ← max of all v so far                       below, if AMSGrad
/// m̂ = m/(1 − β₁ᵗ),  v̂ = v/(1 − β₂ᵗ)             at step t both have only t gradients to be a mean of
/// w ← w − η·m̂/(√v̂ + ε)                          the paper's algorithm 1
/// w ← w − η·√(1 − β₂ᵗ)/(1 − β₁ᵗ)·m/(√v + ε̂)     the paper's section 2, "epsilon hat"
/// ```
///
/// The last two agree if `ε̂ = ε·√(1 − β₂ᵗ)`, and that is how they are computed here: one loop. With
/// the same number for both, the second has an ε that is 32 times larger at the first step.
///
/// At the first step `m̂ = g` and `v̂ = g²`, so each weight moves by `η·g/(|g| + ε) ≈ ±η`, whatever the
/// size of its gradient. A program that makes a new Adam for every step does sign descent.
///
/// [`State::moments`] are `[m, v, v_max]`.
#[derive(Clone, Debug)]
pub struct Adam<R: Real = f32> {
    /// The learning rate `η`.
    pub lr: f64,
    /// `β₁`: how much of the mean gradient a step keeps.
    pub beta1: f64,
    /// `β₂`: how much of the mean square a step keeps.
    pub beta2: f64,
    /// `ε` or `ε̂`.
    pub eps: f64,
    /// Whether `eps` is `ε̂`, beside the uncorrected `√v`.
    pub eps_hat: bool,
    /// Whether the largest `v` so far is used.
    pub amsgrad: bool,
    /// The weight decay `λ`.
    pub weight_decay: WeightDecay,
    /// What happens to rows of a table without gradient.
    pub rows: Rows,
    /// The means.
    pub state: State<R, 3>,
}

impl<R: Real> Adam<R> {
    /// PyTorch's `Adam(lr)`, the paper's algorithm 1.
    ///
    /// Defaults: `β₁ = 0.9`, `β₂ = 0.999`, `ε = 1e-8`, no AMSGrad, no weight decay (if any, it is
    /// [`WeightDecay::L2`]).
    ///
    /// # Panics
    /// If `lr` is negative or not finite. (So do the other presets.)
    #[track_caller]
    pub fn pytorch(lr: f64) -> Self {
        Self {
            lr: range::at_least_0("adam", "lr", lr),
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            eps_hat: false,
            amsgrad: false,
            weight_decay: WeightDecay::None,
            rows: Rows::All,
            state: State::default(),
        }
    }

    /// PyTorch's `AdamW(lr)`: as [`pytorch`](Self::pytorch), with a decoupled weight decay of 0.01.
    #[track_caller]
    pub fn pytorch_adamw(lr: f64) -> Self {
        Self { weight_decay: WeightDecay::Decoupled(0.01), ..Self::pytorch(lr) }
    }

    /// PyTorch's `SparseAdam(lr)`: [`Rows::Touched`], and epsilon hat.
    ///
    /// Defaults: `β₁ = 0.9`, `β₂ = 0.999`, `ε̂ = 1e-8`. It has neither AMSGrad nor weight decay.
    #[track_caller]
    pub fn pytorch_sparse(lr: f64) -> Self {
        Self { eps_hat: true, rows: Rows::Touched, ..Self::pytorch(lr) }
    }

    /// Keras' `Adam(learning_rate)`, with epsilon hat.
    ///
    /// Defaults: `β₁ = 0.9`, `β₂ = 0.999`, `ε̂ = 1e-7`, no AMSGrad, no weight decay (if any, it is
    /// [`WeightDecay::Decoupled`]).
    #[track_caller]
    pub fn keras(lr: f64) -> Self {
        Self { eps: 1e-7, eps_hat: true, ..Self::pytorch(lr) }
    }

    /// Keras' `AdamW(learning_rate)`: as [`keras`](Self::keras), with a decoupled weight decay of 0.004.
    #[track_caller]
    pub fn keras_adamw(lr: f64) -> Self {
        Self { weight_decay: WeightDecay::Decoupled(0.004), ..Self::keras(lr) }
    }

    /// TF1's `AdamOptimizer(learning_rate)`: as [`keras`](Self::keras), with `ε̂ = 1e-8`.
    #[track_caller]
    pub fn tf1(lr: f64) -> Self {
        Self { eps: 1e-8, ..Self::keras(lr) }
    }

    /// What the moments start from.
    fn starts(&self) -> [Option<f64>; 3] {
        [Some(0.0), Some(0.0), self.amsgrad.then_some(0.0)]
    }

    #[track_caller]
    fn check(&self) {
        range::at_least_0("adam", "lr", self.lr);
        range::fraction("adam", "beta1", self.beta1);
        range::fraction("adam", "beta2", self.beta2);
        range::positive("adam", "eps", self.eps);
        self.weight_decay.check("adam");
    }
}

/// Keras' `Adam()`: rate 0.001.
impl<R: Real> Default for Adam<R> {
    fn default() -> Self {
        Self::keras(0.001)
    }
}

impl<R: Real> Optimizer<R> for Adam<R> {
    #[track_caller]
    fn step(&mut self, params: &mut Params<R>, grads: &Gradients<R>) {
        self.check();
        let starts = self.starts();
        let (t, moments) = self.state.begin("adam", params, grads, starts);
        let correction1 = 1.0 - self.beta1.powf(t as f64);
        let correction2 = (1.0 - self.beta2.powf(t as f64)).sqrt();
        let rate = self.lr * correction2 / correction1;
        let eps = if self.eps_hat { self.eps } else { self.eps * correction2 };
        let (l2, keep) = self.weight_decay.factors(self.lr);
        let [rate, eps, l2, keep] = [rate, eps, l2, keep].map(R::from_f64);
        let [beta1, rest1] = [self.beta1, 1.0 - self.beta1].map(R::from_f64);
        let [beta2, rest2] = [self.beta2, 1.0 - self.beta2].map(R::from_f64);

        let means = move |g: R, m: R, v: R| (beta1 * m + rest1 * g, beta2 * v + rest2 * g * g);
        let moved = move |w: R, m: R, v: R| keep * w - rate * m / (v.sqrt() + eps);
        let amsgrad = self.amsgrad;
        self.rows.update(params, moments, grads, move |g, w, [m, v, v_max]| {
            if amsgrad {
                elementwise::update4(g, [w, m, v, v_max], move |g, [w, m, v, v_max]| {
                    let (m, v) = means(g + l2 * w, m, v);
                    let v_max = if v_max > v { v_max } else { v };
                    [moved(w, m, v_max), m, v, v_max]
                });
            } else {
                elementwise::update3(g, [w, m, v], move |g, [w, m, v]| {
                    let (m, v) = means(g + l2 * w, m, v);
                    [moved(w, m, v), m, v]
                });
            }
        });
    }

    rate_and_state!("adam", ["m", "v", "v_max"], beta1 beta2 eps eps_hat amsgrad weight_decay rows);
}
