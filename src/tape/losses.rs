//! Losses: methods of [`Var`], called on the prediction. The simple name is the mean; `…_with` lets
//! you choose the [`Reduction`] and the rest.
//!
//! A loss has a gradient by its targets too, if they are variables.

use super::Var;
use crate::ops::{self, BceLimit, CrossEntropy, Reduction};
use crate::real::Real;

impl<R: Real> Var<'_, R> {
    /// The mean squared error `mean (p − y)²`, a scalar.
    ///
    /// PyTorch `MSELoss`, Keras `MeanSquaredError`.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    #[track_caller]
    pub fn mse(self, target: Self) -> Self {
        self.mse_with(target, Reduction::Mean)
    }

    /// The squared error `(p − y)²`, reduced as asked.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    #[track_caller]
    pub fn mse_with(self, target: Self, reduction: Reduction) -> Self {
        self.tape().record(ops::Mse { reduction }, &[self, target])
    }

    /// The mean absolute error `mean |p − y|`, a scalar.
    ///
    /// PyTorch `L1Loss`, Keras `MeanAbsoluteError`, TF1 `absolute_difference`.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    #[track_caller]
    pub fn mae(self, target: Self) -> Self {
        self.mae_with(target, Reduction::Mean)
    }

    /// The absolute error `|p − y|`, reduced as asked.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    #[track_caller]
    pub fn mae_with(self, target: Self, reduction: Reduction) -> Self {
        self.tape().record(ops::Mae { reduction }, &[self, target])
    }

    /// The mean of Huber's error, a scalar: `½d²` of a difference `d = p − y` up to `δ`, and beyond
    /// the tangent `δ·(|d| − ½δ)`.
    ///
    /// PyTorch `HuberLoss`, Keras `Huber`, TF1 `huber_loss`; `SmoothL1Loss` with `beta = δ` is this
    /// divided by `δ`. The default `δ` of all of them is 1.
    ///
    /// # Panics
    /// If the shapes differ, or `δ` is not positive.
    #[must_use]
    #[track_caller]
    pub fn huber(self, target: Self, delta: f64) -> Self {
        self.huber_with(target, delta, Reduction::Mean)
    }

    /// [Huber's error](Self::huber), reduced as asked.
    ///
    /// # Panics
    /// As [`huber`](Self::huber).
    #[must_use]
    #[track_caller]
    pub fn huber_with(self, target: Self, delta: f64, reduction: Reduction) -> Self {
        self.tape().record(ops::Huber { delta, reduction }, &[self, target])
    }

    /// The mean softmax cross-entropy `mean −ln softmax(x)[c]` of logits `x` `[.., C]`, a scalar.
    /// `targets` holds the true class `c` of each row, all axes of `x` but the last flattened.
    ///
    /// PyTorch `CrossEntropyLoss`, Keras `SparseCategoricalCrossentropy(from_logits=True)`, TF
    /// `sparse_softmax_cross_entropy_with_logits`.
    ///
    /// ```
    /// # use tapeloop::{Memory, Params, Tape};
    /// # let params = Params::<f64>::new(0);
    /// # let tape = Tape::new(&params, Memory::new());
    /// let logits = tape.input([2, 3], &[1.0, 1.0, 1.0, 0.0, 0.0, 1000.0]);
    /// // The first row can't tell, ln 3; the second is sure, and right, 0.
    /// assert!((logits.cross_entropy(&[1, 2]).item() - 3f64.ln() / 2.0).abs() < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If there is not one target per row, or a target is not below `C`.
    #[must_use]
    #[track_caller]
    pub fn cross_entropy(self, targets: &[usize]) -> Self {
        self.cross_entropy_with(targets, None, Reduction::Mean)
    }

    /// [Softmax cross-entropy](Self::cross_entropy), reduced as asked. A row whose target is `ignore`
    /// doesn't count: its loss and its gradient are 0, and the mean is over the other rows. If no row
    /// counts, the mean is NaN (and the gradient 0), as in PyTorch, whose `ignore_index` this is.
    /// `ignore` need not be below `C`: `usize::MAX` is as good as PyTorch's −100.
    ///
    /// # Panics
    /// As [`cross_entropy`](Self::cross_entropy).
    #[must_use]
    #[track_caller]
    pub fn cross_entropy_with(self, targets: &[usize], ignore: Option<usize>, reduction: Reduction) -> Self {
        let classes = self.shape().last();
        for (row, &target) in targets.iter().enumerate() {
            assert!(
                target < classes || Some(target) == ignore,
                "cross_entropy: target {target} of row {row} is not below {classes}, the number of classes"
            );
        }
        let ids = targets.iter().map(|&c| if Some(c) == ignore { CrossEntropy::IGNORED as usize } else { c });
        let targets = self.tape().list_ids(ids);
        self.tape().record(CrossEntropy { targets, reduction }, &[self])
    }

    /// The mean binary cross-entropy of logits: `mean −(y·ln σ(x) + (1−y)·ln(1−σ(x)))`, a scalar.
    /// Finite, with a useful gradient, for any finite logit.
    ///
    /// PyTorch `BCEWithLogitsLoss`, Keras `BinaryCrossentropy(from_logits=True)`, TF
    /// `sigmoid_cross_entropy_with_logits`.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    #[track_caller]
    pub fn bce_logits(self, target: Self) -> Self {
        self.bce_logits_with(target, Reduction::Mean)
    }

    /// [Binary cross-entropy of logits](Self::bce_logits), reduced as asked.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    #[track_caller]
    pub fn bce_logits_with(self, target: Self, reduction: Reduction) -> Self {
        self.tape().record(ops::BceLogits { reduction }, &[self, target])
    }

    /// The mean binary cross-entropy of probabilities: `mean −(y·ln p + (1−y)·ln(1−p))`, a scalar,
    /// with `p` clipped to `[1e-7, 1 − 1e-7]`. Prefer [`bce_logits`](Self::bce_logits) where you have
    /// logits.
    ///
    /// Keras `BinaryCrossentropy()`.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    #[track_caller]
    pub fn bce(self, target: Self) -> Self {
        self.bce_with(target, BceLimit::Probability, Reduction::Mean)
    }

    /// [Binary cross-entropy of probabilities](Self::bce), reduced as asked.
    ///
    /// PyTorch's `BCELoss` is `BceLimit::Logarithm`.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    #[track_caller]
    pub fn bce_with(self, target: Self, limit: BceLimit, reduction: Reduction) -> Self {
        self.tape().record(ops::Bce { limit, reduction }, &[self, target])
    }
}
