//! Losses by name.

use crate::data::Minibatch;
use crate::ops::{BceLimit, Reduction};
use crate::real::Real;
use crate::tape::Var;

/// What is minimised in training.
///
/// A target is an array of the shape of the prediction; or a class for each row, from which the losses that aren't
/// about classes make a number (1.0 for class 1).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Loss {
    /// `mean (p − y)²`
    #[default]
    Mse,
    /// `mean |p − y|`
    Mae,
    /// [Huber's error](Var::huber) with this `δ`.
    Huber {
        /// Where the square becomes a line; 1 as a rule.
        delta: f64,
    },
    /// `mean −(y·ln p + (1−y)·ln(1−p))` of probabilities `p` (sigmoid), clipped as Keras does.
    BinaryCrossEntropy,
    /// The same of logits (no activation): better behaved. Keras `from_logits=True`.
    BinaryCrossEntropyLogits,
    /// `mean −ln p_class` of probabilities `p` (softmax), divided by their sum and clipped as Keras does, for classes or
    /// one-hot rows. Keras' `categorical_crossentropy`, with or without `sparse_`.
    CategoricalCrossEntropy,
    /// The same of logits (no activation): better behaved. PyTorch `CrossEntropyLoss`; Keras `from_logits=True`.
    CategoricalCrossEntropyLogits,
}

impl Loss {
    /// Whether the last axis of a prediction is about classes.
    pub fn is_categorical(self) -> bool {
        matches!(self, Self::CategoricalCrossEntropy | Self::CategoricalCrossEntropyLogits)
    }

    /// The loss of a prediction, a scalar: the mean over all rows, and over all steps that count.
    ///
    /// # Panics
    /// If the targets of the batch don't fit the prediction.
    #[must_use]
    #[track_caller]
    pub fn of<'t, R: Real>(
        self,
        prediction: Var<'t, R>,
        batch: &Minibatch<R>,
        mask: Option<Var<'t, R>>,
    ) -> Var<'t, R> {
        let Some(mask) = mask else {
            return self.terms(prediction, batch, Reduction::Mean);
        };
        let mut terms = self.terms(prediction, batch, Reduction::None);
        // One term for each step: the mean of those of its numbers.
        while terms.shape().rank() > 2 {
            terms = terms.mean_axis(terms.shape().rank() - 1);
        }
        (terms * mask).sum() * (1.0 / counted(mask).max(1.0))
    }

    /// The terms of which the loss is the mean; of categorical losses one for each row.
    #[track_caller]
    fn terms<'t, R: Real>(
        self,
        prediction: Var<'t, R>,
        batch: &Minibatch<R>,
        reduction: Reduction,
    ) -> Var<'t, R> {
        if self == Self::CategoricalCrossEntropyLogits && !batch.classes.is_empty() {
            return prediction.cross_entropy_with(&batch.classes, None, reduction);
        }
        let target = self.target(prediction, batch);
        match self {
            Self::Mse => prediction.mse_with(target, reduction),
            Self::Mae => prediction.mae_with(target, reduction),
            Self::Huber { delta } => prediction.huber_with(target, delta, reduction),
            Self::BinaryCrossEntropy => prediction.bce_with(target, BceLimit::Probability, reduction),
            Self::BinaryCrossEntropyLogits => prediction.bce_logits_with(target, reduction),
            Self::CategoricalCrossEntropy => {
                let (shape, axis) = (prediction.shape(), prediction.shape().rank() - 1);
                let sums = prediction.sum_axis(axis).reshape(shape.with_size(axis, 1)).expand(shape);
                rows((prediction / sums).clamp(CLIP, 1.0 - CLIP).ln() * target, reduction)
            }
            Self::CategoricalCrossEntropyLogits => rows(prediction.log_softmax() * target, reduction),
        }
    }

    /// The targets as numbers of the shape of the prediction: a row of a 1 and zeros for a class, or the class itself.
    #[track_caller]
    fn target<'t, R: Real>(self, prediction: Var<'t, R>, batch: &Minibatch<R>) -> Var<'t, R> {
        let (tape, shape) = (prediction.tape(), prediction.shape());
        if batch.classes.is_empty() {
            return tape.input(shape, &batch.y);
        }
        tape.leaf_with(shape, false, |target| match self.is_categorical() {
            false => target.iter_mut().zip(&batch.classes).for_each(|(y, &c)| *y = R::from_usize(c)),
            true => {
                target.fill(R::ZERO);
                target
                    .chunks_exact_mut(shape.last())
                    .zip(&batch.classes)
                    .for_each(|(row, &c)| row[c] = R::ONE);
            }
        })
    }
}

/// How many steps count.
pub(super) fn counted<R: Real>(mask: Var<'_, R>) -> f64 {
    mask.with_value(|mask| mask.iter().map(|m| m.to_f64()).sum())
}

/// How near to 0 and 1 Keras lets a probability come.
const CLIP: f64 = 1e-7;

/// `−Σ` over the last axis, and the mean of that if asked for.
fn rows<R: Real>(terms: Var<'_, R>, reduction: Reduction) -> Var<'_, R> {
    let rows = -terms.sum_axis(terms.shape().rank() - 1);
    if reduction == Reduction::None { rows } else { rows.mean() }
}
