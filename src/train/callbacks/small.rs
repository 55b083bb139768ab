//! Callbacks of a few lines.

use std::path::PathBuf;

use super::{BatchEnd, Callback, EpochEnd, Monitor};
use crate::error::Error;
use crate::io::{Storable, TensorFile};
use crate::real::Real;
use crate::tensor::Params;
use crate::train::saving;

/// Ends training when the loss of a batch is NaN or infinite. Keras `TerminateOnNaN`.
#[doc(alias = "TerminateOnNaN")]
#[derive(Clone, Copy, Debug, Default)]
pub struct TerminateOnNan;

impl<R: Real + Storable> Callback<R> for TerminateOnNan {
    fn batch_end(&mut self, at: BatchEnd<'_>) {
        if !at.loss.is_finite() {
            at.stop.get_or_insert_with(|| format!("the loss of batch {} is {}", at.batch + 1, at.loss));
        }
    }
}

/// Writes the history to a CSV file after each epoch. Keras `CSVLogger`.
#[doc(alias = "CSVLogger")]
#[derive(Clone, Debug)]
pub struct CsvLog {
    path: PathBuf,
}

impl CsvLog {
    /// To this file, which is replaced.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

impl<R: Real + Storable> Callback<R> for CsvLog {
    fn epoch_end(&mut self, at: EpochEnd<'_, R>) -> Result<(), Error> {
        at.history.save_csv(&self.path)
    }
}

/// Saves the net after each epoch that is better than all before, those of earlier runs with it included:
/// [`Model::load_weights`](crate::train::Model::load_weights) reads the file. Keras `ModelCheckpoint(save_best_only=True)`.
#[doc(alias = "ModelCheckpoint")]
#[derive(Clone, Debug)]
pub struct SaveBest {
    path: PathBuf,
    monitor: Monitor,
}

impl SaveBest {
    /// Looks at the number of this name, such as `val_accuracy`.
    pub fn new(path: impl Into<PathBuf>, monitor: impl Into<String>) -> Self {
        Self::with(path, Monitor::new(monitor))
    }

    /// Looks at this number.
    pub fn with(path: impl Into<PathBuf>, monitor: Monitor) -> Self {
        Self { path: path.into(), monitor }
    }
}

impl<R: Real + Storable> Callback<R> for SaveBest {
    fn train_begin(&mut self, names: &[String]) -> Result<(), Error> {
        self.monitor.check(names)
    }

    fn epoch_end(&mut self, at: EpochEnd<'_, R>) -> Result<(), Error> {
        if self.monitor.improved(at.history) {
            saving::net(at.chain, at.params).save(&self.path)?;
        }
        Ok(())
    }

    fn save(&self, file: &mut TensorFile, prefix: &str) {
        self.monitor.save(file, prefix, &[]);
    }

    fn restore(&mut self, file: &TensorFile, prefix: &str, _: &Params<R>) -> Result<(), Error> {
        let [] = self.monitor.restore(file, prefix)?;
        Ok(())
    }
}

/// A closure that is called after each epoch: see [`on_epoch`].
pub struct OnEpoch<F>(F);

/// Calls a closure after each epoch.
pub fn on_epoch<R: Real + Storable, F: FnMut(EpochEnd<'_, R>) + Send>(f: F) -> OnEpoch<F> {
    OnEpoch(f)
}

impl<R: Real + Storable, F: FnMut(EpochEnd<'_, R>) + Send> Callback<R> for OnEpoch<F> {
    fn epoch_end(&mut self, at: EpochEnd<'_, R>) -> Result<(), Error> {
        (self.0)(at);
        Ok(())
    }
}

/// A closure that is called after each batch: see [`on_batch`].
pub struct OnBatch<F>(F);

/// Calls a closure after each batch.
pub fn on_batch<F: FnMut(BatchEnd<'_>) + Send>(f: F) -> OnBatch<F> {
    OnBatch(f)
}

impl<R: Real + Storable, F: FnMut(BatchEnd<'_>) + Send> Callback<R> for OnBatch<F> {
    fn batch_end(&mut self, at: BatchEnd<'_>) {
        (self.0)(at);
    }
}
