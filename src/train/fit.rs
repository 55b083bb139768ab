//! The settings of a training run.

use super::sequential::free;
use super::{Callback, Checkpoint, Loss, Metric};
use crate::data::Dataset;
use crate::io::Storable;
use crate::optim::{Clip, Optimizer, RmsProp, Schedule};
use crate::real::Real;

/// How a net is trained: see [`Model::fit`](super::Model::fit). What isn't said is as Keras has it.
///
/// ```
/// use tapeloop::optim::Adam;
/// use tapeloop::train::{Fit, Loss, Metric};
///
/// let fit: Fit = Fit {
///     loss: Loss::CategoricalCrossEntropyLogits,
///     optimizer: Adam::default().into(),
///     metrics: vec![Metric::Accuracy],
///     epochs: 5,
///     batch: 50,
///     ..Fit::default()
/// };
/// ```
pub struct Fit<'a, R: Real + Storable = f32> {
    /// What is minimised.
    pub loss: Loss,
    /// What does so. It moves on as the net does: a second [`fit`](super::Model::fit) with the same settings goes on with
    /// its moments.
    pub optimizer: Box<dyn Optimizer<R>>,
    /// What else is to be known. Two of one name get numbers, as in Keras: `binary_accuracy`, `binary_accuracy_1`.
    pub metrics: Vec<Metric>,
    /// How often all data are gone through.
    pub epochs: usize,
    /// The rows of a batch. The last one of an epoch has what is left.
    pub batch: usize,
    /// Whether each epoch has an order of its own. A stateful net needs the given one: `false`.
    pub shuffle: bool,
    /// What decides about the orders, and what dropout drops.
    pub seed: u64,
    /// The share of the data, from its end, not to train with but for validation. Keras' `validation_split`.
    pub validation_split: f64,
    /// Other data for validation. Keras' `validation_data`.
    pub validation: Option<&'a Dataset<R>>,
    /// How large gradients are clipped.
    pub clip: Option<Clip>,
    /// Where the learning rate comes from.
    pub rate: Rate,
    /// Truncated backpropagation through time: sequences are cut into pieces of so many steps, with a step of the optimizer
    /// after each. States go on from piece to piece, gradients don't. Every time step needs a target.
    pub truncate: Option<usize>,
    /// What happens after batches and epochs.
    pub callbacks: Vec<Box<dyn Callback<R> + 'a>>,
    /// Where the run is saved, to be continued if it is interrupted.
    pub checkpoint: Option<Checkpoint>,
    /// Whether to say how it goes: on a terminal a bar, elsewhere a line for each epoch. On the standard error.
    pub progress: bool,
}

/// The learning rate over time. Where a schedule sets it, a callback that does so too, such as
/// [`ReduceOnPlateau`](super::ReduceOnPlateau), has no effect.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Rate {
    /// As the optimizer and the callbacks have it.
    #[default]
    Fixed,
    /// A function of the steps that the optimizer has taken.
    Steps(Schedule),
    /// A function of the epoch, counted from 0.
    Epochs(Schedule),
}

impl<R: Real + Storable> Default for Fit<'_, R> {
    /// Keras' defaults: RMSprop, one epoch, batches of 32, shuffled; the mean squared error.
    fn default() -> Self {
        Self {
            loss: Loss::Mse,
            optimizer: RmsProp::default().into(),
            metrics: Vec::new(),
            epochs: 1,
            batch: 32,
            shuffle: true,
            seed: 0,
            validation_split: 0.0,
            validation: None,
            clip: None,
            rate: Rate::Fixed,
            truncate: None,
            callbacks: Vec::new(),
            checkpoint: None,
            progress: true,
        }
    }
}

impl<R: Real + Storable> Fit<'_, R> {
    /// The names of the loss and the metrics, as a history has them.
    pub(super) fn measures(&self) -> Vec<String> {
        let mut names = vec!["loss".to_owned()];
        for metric in &self.metrics {
            names.push(free(&metric.name(), |name| names.iter().any(|taken| taken == name)));
        }
        names
    }

    /// All names of the history of a run: the [measures](Self::measures), these of the validation data, and the learning rate.
    pub(super) fn columns(&self) -> Vec<String> {
        let (measures, looks) = (self.measures(), self.validation.is_some() || self.validation_split > 0.0);
        let of_validation = measures.iter().filter(|_| looks).map(|name| format!("val_{name}")).collect();
        [measures, of_validation, vec!["lr".into()]].concat()
    }

    /// How many of `n` rows are trained with: Keras cuts the last part off, before anything is shuffled.
    pub(super) fn training_rows(&self, n: usize) -> usize {
        (n as f64 * (1.0 - self.validation_split)) as usize
    }
}
