//! A run that can be killed and continued.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::History;
use super::metric::Mean;
use super::run::Run;
use super::saving;
use crate::error::Error;
use crate::io::{Storable, TensorFile, put_optimizer, take_optimizer};
use crate::nn::Stateful;
use crate::real::Real;
use crate::tensor::{Array, Shape};

/// Where and how often a run is saved: weights, the optimizer's moments, where it is, what has happened so far.
///
/// There is no generator of random numbers to be saved: orders and dropout are functions of the seed and of how many epochs
/// and steps are done. So a run that goes on from a checkpoint gives the same bits as one that was never stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The file. It is never there by half: see [`TensorFile::save`]. [`Model::load_weights`](super::Model::load_weights) reads it, too.
    pub path: PathBuf,
    /// It is saved after each epoch; and after every so many batches, if there is a number.
    pub every: Option<usize>,
    /// Whether to go on from this file, if it is there.
    pub resume: bool,
}

/// The names of a checkpoint's parts, beside those of a saved net.
const RUN: &str = "run";
const MEANS: &str = "run.means";
const RATE: &str = "run.lr";
const HISTORY: &str = "history.";
const OPTIMIZER: &str = "optimizer.";
const STATES: &str = "state.";

impl<R: Real + Storable> Run<'_, '_, R> {
    pub fn save_after_batch(&self) -> Result<(), Error> {
        match &self.fit.checkpoint {
            Some(Checkpoint { path, every: Some(every), .. })
                if self.batch.is_multiple_of((*every).max(1)) =>
            {
                self.to_file()?.save(path)
            }
            _ => Ok(()),
        }
    }

    pub fn save_after_epoch(&self) -> Result<(), Error> {
        self.fit.checkpoint.as_ref().map_or(Ok(()), |checkpoint| self.to_file()?.save(&checkpoint.path))
    }

    /// Goes on from the checkpoint, if there is one and it is asked for.
    pub fn resume(&mut self) -> Result<(), Error> {
        match &self.fit.checkpoint {
            Some(Checkpoint { path, resume: true, .. })
                if path.try_exists().map_err(|source| Error::Read { path: path.clone(), source })? =>
            {
                let file = TensorFile::load(path)?;
                self.take(&file)
            }
            Some(_) => self.to_file().map(drop), // to know now whether it can be saved
            None => Ok(()),
        }
    }

    fn to_file(&self) -> Result<TensorFile, Error> {
        if self.fit.optimizer.export().is_none() {
            let problem =
                "the optimizer can't be stored; give it an `export`, or train without a checkpoint".into();
            return Err(Error::Setting { setting: "checkpoint", problem });
        }
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
            "settings": self.settings,
            "epoch": self.epoch,
            "batch": self.batch,
            "state": variables,
            "history": columns,
            "stopped": self.history.stopped,
        });
        file.set_text(RUN, run.to_string());
        Ok(file)
    }

    /// Takes all of it, or changes nothing of the net.
    fn take(&mut self, file: &TensorFile) -> Result<(), Error> {
        let at = Place { file, run: serde_json::from_str(file.text(RUN)?).unwrap_or(Value::Null) };
        at.check_settings(&self.settings)?;
        let mut params = self.model.params.clone();
        saving::take_weights(file, &self.model.chain, &mut params)?;
        let layers = 0..self.model.states.len();
        let states = layers.map(|layer| at.state(layer)).collect::<Result<_, _>>()?;
        let (epoch, batch) = (at.number(&at.run["epoch"])?, at.number(&at.run["batch"])?);
        let mut history = History::default();
        for name in at.names("history")? {
            history.set(&name, file.numbers(&format!("{HISTORY}{name}"), &[epoch])?);
        }
        history.stopped = at.run["stopped"].as_str().map(Into::into);
        let means: Vec<f64> = file.numbers(MEANS, &[self.means.len(), 2])?;
        let lr: Vec<f64> = file.numbers(RATE, &[1])?;
        if !(lr[0].is_finite() && lr[0] >= 0.0) {
            return Err(at.error(format!("has a learning rate of {}", lr[0])));
        }
        for (number, callback) in self.fit.callbacks.iter_mut().enumerate() {
            callback.restore(file, &format!("callback.{number}."))?;
        }
        take_optimizer(file, OPTIMIZER, &params, &mut *self.fit.optimizer)?;
        // It may have moved on from where it began, which the settings have.
        self.fit.optimizer.set_lr(lr[0]);

        (self.model.params, self.model.states) = (params, states);
        (self.epoch, self.batch, self.history) = (epoch, batch, history);
        let means = means.chunks_exact(2).map(|parts| Mean { sum: parts[0], count: parts[1] });
        self.means = means.collect();
        Ok(())
    }
}

/// A file that something is looked for in.
struct Place<'a> {
    file: &'a TensorFile,
    run: Value,
}

impl Place<'_> {
    fn error(&self, problem: impl Into<String>) -> Error {
        Error::Content { path: self.file.path().to_owned(), line: None, problem: problem.into() }
    }

    fn number(&self, value: &Value) -> Result<usize, Error> {
        let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
        number.ok_or_else(|| self.error(format!("has {value} in the text {RUN:?} where a number should be")))
    }

    /// What a layer of a stateful net keeps.
    fn state<R: Real + Storable>(&self, layer: usize) -> Result<Stateful<R>, Error> {
        let variable = |number: usize| {
            let name = format!("{STATES}{layer}.{number}");
            let shape = self.file.shape(&name).unwrap_or(&[]).to_vec();
            let count = shape.iter().try_fold(1usize, |count, &size| count.checked_mul(size.max(1)));
            if shape.len() > 4 || count.is_none() {
                return Err(self.error(format!("has {name} of shape {shape:?}, which is none of ours")));
            }
            Ok(Array::new(Shape::new(&shape), self.file.numbers(&name, &shape)?))
        };
        let count = self.number(&self.run["state"][layer])?;
        Ok(Stateful::of((0..count).map(variable).collect::<Result<_, Error>>()?))
    }

    fn names(&self, key: &str) -> Result<Vec<String>, Error> {
        serde_json::from_value(self.run[key].clone())
            .map_err(|e| self.error(format!("has no list {key:?} in the text {RUN:?}: {e}")))
    }

    /// A run can only go on as it began. (It may go on for more epochs.)
    fn check_settings(&self, ours: &Value) -> Result<(), Error> {
        let (Some(ours), Some(theirs)) = (ours.as_object(), self.run["settings"].as_object()) else {
            return Err(self.error("is not of a run; its weights can be read with `load_weights`"));
        };
        let differ = ours.iter().filter(|(name, value)| theirs.get(*name) != Some(value));
        let differ: Vec<String> = differ
            .map(|(name, value)| {
                format!("{name} is {value}, and was {}", theirs.get(name).unwrap_or(&Value::Null))
            })
            .collect();
        if differ.is_empty() {
            return Ok(());
        }
        let all = differ.join("; ");
        Err(self
            .error(format!("is of a run with other settings: {all}; take the same ones, or another file")))
    }
}
