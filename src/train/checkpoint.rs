//! A run that can be killed and continued.

use std::path::PathBuf;

use serde_json::json;

use super::run::Run;
use super::saving;
use crate::error::Error;
use crate::io::{Storable, TensorFile, put_optimizer};
use crate::real::Real;

/// Where and how often a run is saved: weights, the optimizer's moments, where it is, what has happened so far.
///
/// There is no generator of random numbers to be saved: orders and dropout are functions of the seed and of how many steps
/// are done. So a run that goes on from a checkpoint gives the same bits as one that was never stopped, if it is given the same
/// data and the same callbacks. (Of data the shapes are compared, of callbacks the number; what a closure remembers is not
/// saved.)
///
/// The file has the weights after the last batch. Those of the best epoch, which early stopping puts back at the end, are another part
/// of it, or a [`SaveBest`](super::SaveBest)'s. A run that was stopped is over, and does nothing when it is resumed. When the loss is NaN or infinite, nothing is saved any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The file. It is never there by half: see [`TensorFile::save`]. [`Model::load_weights`](super::Model::load_weights) reads it, too.
    pub path: PathBuf,
    /// It is saved after each epoch; and after every so many batches, if there is a number.
    pub every: Option<usize>,
    /// Whether to go on from this file, if it is there.
    pub resume: bool,
}

impl Checkpoint {
    /// In this file, after each epoch; and goes on from it, if it is there.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), every: None, resume: true }
    }
}

/// The names of a checkpoint's parts, beside those of a saved net.
pub(super) const RUN: &str = "run";
pub(super) const MEANS: &str = "run.means";
pub(super) const RATE: &str = "run.lr";
pub(super) const HISTORY: &str = "history.";
pub(super) const OPTIMIZER: &str = "optimizer.";
pub(super) const STATES: &str = "state.";

impl<R: Real + Storable> Run<'_, '_, R> {
    pub fn save_after_batch(&self) -> Result<(), Error> {
        match &self.fit.checkpoint {
            Some(Checkpoint { path, every: Some(every), .. })
                if self.batch.is_multiple_of((*every).max(1)) && self.is_finite() =>
            {
                self.to_file().save(path)
            }
            _ => Ok(()),
        }
    }

    pub fn save_after_epoch(&self) -> Result<(), Error> {
        match &self.fit.checkpoint {
            Some(Checkpoint { path, .. }) if self.is_finite() => self.to_file().save(path),
            _ => Ok(()),
        }
    }

    /// Whether the run is still of use: a net whose loss is NaN must not replace one that can be gone on from.
    fn is_finite(&self) -> bool {
        self.means[0].sum.is_finite() && self.history.last("loss").is_none_or(f64::is_finite)
    }

    fn to_file(&self) -> TensorFile {
        let model = &*self.model;
        let mut file = saving::net(&model.chain, &model.params);
        put_optimizer(&mut file, OPTIMIZER, &model.params, &*self.fit.optimizer);
        let variables: Vec<usize> = model.states.iter().map(|state| state.variables().len()).collect();
        for (layer, state) in model.states.iter().enumerate() {
            for (number, variable) in state.variables().iter().enumerate() {
                file.insert(format!("{STATES}{layer}.{number}"), variable.shape().sizes(), variable.data());
            }
        }
        let columns: Vec<&str> = self.history.names().collect();
        for name in &columns {
            file.insert(format!("{HISTORY}{name}"), &[self.history.epochs()], self.history.get(name));
        }
        let means: Vec<f64> = self.means.iter().flat_map(|mean| [mean.sum, mean.count]).collect();
        file.insert(MEANS, &[self.means.len(), 2], &means);
        file.insert(RATE, &[1], &[self.fit.optimizer.lr()]);
        for (number, callback) in self.fit.callbacks.iter().enumerate() {
            callback.save(&mut file, &format!("callback.{number}."));
        }
        let run = json!({
            "settings": self.fit.settings(model.is_stateful(), self.data),
            "epoch": self.epoch,
            "batch": self.batch,
            "order_of": self.order_of,
            "state": variables,
            "history": columns,
            "stopped": self.history.stopped,
        });
        file.set_text(RUN, run.to_string());
        file
    }
}
