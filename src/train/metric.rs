//! How good a prediction is, in numbers that people read.

use super::Signal;
use crate::data::Minibatch;
use crate::real::Real;

/// A number to look at, beside the loss.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Metric {
    /// How often the largest of the outputs is that of the right class.
    Accuracy,
    /// How often an output is on the right side of a threshold: 0.5 for probabilities, 0 for logits.
    BinaryAccuracy {
        /// The largest output that means no.
        threshold: f64,
    },
    /// How often the right class is among the `k` largest outputs.
    TopK {
        /// How many.
        k: usize,
    },
    /// The mean squared error.
    Mse,
    /// The mean absolute error.
    Mae,
}

/// A mean that grows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Mean {
    /// The sum of the terms.
    pub sum: f64,
    /// How many there are.
    pub count: f64,
}

impl Mean {
    pub fn add(&mut self, value: f64, weight: f64) {
        self.sum += value * weight;
        self.count += weight;
    }

    /// NaN, if there is nothing.
    pub fn value(self) -> f64 {
        self.sum / self.count
    }
}

impl Metric {
    /// The name in a history: Keras' short one.
    pub fn name(self) -> String {
        match self {
            Self::Accuracy => "accuracy".into(),
            Self::BinaryAccuracy { .. } => "binary_accuracy".into(),
            Self::TopK { k } => format!("top_{k}_accuracy"),
            Self::Mse => "mse".into(),
            Self::Mae => "mae".into(),
        }
    }

    /// Whether the last axis of a prediction must be about classes.
    pub fn is_categorical(self) -> bool {
        matches!(self, Self::Accuracy | Self::TopK { .. })
    }

    /// Adds what a prediction `[B, .., C]` says. Steps of which the mask is 0 don't count.
    pub(super) fn update<R: Real>(self, mean: &mut Mean, prediction: Signal<'_, R>, batch: &Minibatch<R>) {
        let (last, rows) = (prediction.x().shape().last(), prediction.x().shape().rows());
        prediction.x().with_value(|p| match prediction.mask {
            None => self.add(mean, p, last, batch, |_| true),
            Some(mask) => mask.with_value(|mask| {
                let of_step = rows / mask.len().max(1);
                self.add(mean, p, last, batch, |row| mask[row / of_step] != R::ZERO);
            }),
        });
    }

    fn add<R: Real>(
        self,
        mean: &mut Mean,
        p: &[R],
        last: usize,
        batch: &Minibatch<R>,
        counts: impl Fn(usize) -> bool,
    ) {
        for (row, p) in p.chunks_exact(last.max(1)).enumerate().filter(|&(row, _)| counts(row)) {
            if self.is_categorical() {
                mean.add(self.is_right(p, class(batch, row, last)), 1.0);
                continue;
            }
            for (i, &p) in p.iter().enumerate() {
                let y = match batch.classes.get(row) {
                    Some(&class) => class as f64,
                    None => batch.y[row * last + i].to_f64(),
                };
                mean.add(self.term(p.to_f64(), y), 1.0);
            }
        }
    }

    fn is_right<R: Real>(self, p: &[R], class: usize) -> f64 {
        // NaN is never right.
        let larger = p.iter().filter(|&&other| other > p[class]).count();
        // Of equal ones the first counts, as for NumPy's argmax.
        let first = p[..class].iter().filter(|&&other| other == p[class]).count();
        let k = if let Self::TopK { k } = self { k } else { 1 };
        f64::from(u8::from(!p[class].is_nan() && larger + first < k))
    }

    fn term(self, p: f64, y: f64) -> f64 {
        match self {
            Self::Mse => (p - y) * (p - y),
            Self::Mae => (p - y).abs(),
            Self::BinaryAccuracy { threshold } => f64::from(u8::from((p > threshold) == (y > 0.5))),
            Self::Accuracy | Self::TopK { .. } => unreachable!("counted by rows"),
        }
    }
}

/// The class of a row: given, or where a one-hot row is largest.
fn class<R: Real>(batch: &Minibatch<R>, row: usize, last: usize) -> usize {
    if let Some(&class) = batch.classes.get(row) {
        return class;
    }
    let y = &batch.y[row * last..][..last];
    (0..last).reduce(|best, i| if y[i] > y[best] { i } else { best }).unwrap_or(0)
}
