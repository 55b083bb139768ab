//! What happens after batches and epochs.

mod early_stopping;
mod monitor;
mod reduce_on_plateau;
mod small;

pub use early_stopping::EarlyStopping;
pub use monitor::Monitor;
pub use reduce_on_plateau::ReduceOnPlateau;
pub use small::{CsvLog, OnBatch, OnEpoch, SaveBest, TerminateOnNan, on_batch, on_epoch};

use super::{Chain, History};
use crate::error::Error;
use crate::io::{Storable, TensorFile};
use crate::optim::Optimizer;
use crate::real::Real;
use crate::tensor::Params;

/// What a [`Callback`] sees after a batch.
pub struct BatchEnd<'a> {
    /// The number of the epoch, from 0.
    pub epoch: usize,
    /// The number of the batch in it, from 0.
    pub batch: usize,
    /// The loss of this batch.
    pub loss: f64,
    /// The mean of the loss over this epoch so far, as Keras' progress bar shows it.
    pub mean_loss: f64,
    /// Set it to end training after this batch, and say why.
    pub stop: &'a mut Option<String>,
}

/// What a [`Callback`] sees after an epoch.
pub struct EpochEnd<'a, R: Real + Storable> {
    /// The number of the epoch, from 0.
    pub epoch: usize,
    /// All epochs so far, this one included.
    pub history: &'a History,
    /// The layers.
    pub chain: &'a Chain<R>,
    /// The weights.
    pub params: &'a mut Params<R>,
    /// What moves them.
    pub optimizer: &'a mut dyn Optimizer<R>,
    /// Set it to end training, and say why.
    pub stop: &'a mut Option<String>,
}

/// Something that happens after batches and epochs. [`on_epoch`] and [`on_batch`] make one of a closure.
pub trait Callback<R: Real + Storable>: Send {
    /// Before the first epoch: what it remembers of an earlier run is forgotten, as far as it is about that run. `names`
    /// are those that the [`History`] will have.
    ///
    /// # Errors
    /// If it looks at a number that won't be there.
    fn train_begin(&mut self, _names: &[String]) -> Result<(), Error> {
        Ok(())
    }

    /// After a batch.
    fn batch_end(&mut self, _: BatchEnd<'_>) {}

    /// After an epoch, when its validation data have been looked at.
    ///
    /// # Errors
    /// What training can't go on with.
    fn epoch_end(&mut self, _: EpochEnd<'_, R>) -> Result<(), Error> {
        Ok(())
    }

    /// After the last epoch.
    fn train_end(&mut self, _: &mut Params<R>) {}

    /// What it remembers, for a checkpoint. Names begin with `prefix`.
    fn save(&self, _: &mut TensorFile, _prefix: &str) {}

    /// Remembers what [`save`](Self::save) wrote. `params` are the weights that the run goes on with.
    ///
    /// # Errors
    /// If it isn't there, or makes no sense.
    fn restore(&mut self, _: &TensorFile, _prefix: &str, _params: &Params<R>) -> Result<(), Error> {
        Ok(())
    }
}
