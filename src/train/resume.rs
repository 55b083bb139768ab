//! A run goes on from its checkpoint.

use serde_json::Value;

use super::checkpoint::{Checkpoint, HISTORY, MEANS, OPTIMIZER, RATE, RUN, STATES};
use super::metric::Mean;
use super::run::Run;
use super::{History, saving};
use crate::error::Error;
use crate::io::{Storable, TensorFile, take_optimizer};
use crate::nn::Stateful;
use crate::real::Real;
use crate::tape::{Memory, Tape};
use crate::tensor::{Array, Shape};

/// The longest text about a run or a net that is looked into, in bytes.
pub(super) const LONGEST: usize = 1 << 18;

impl<R: Real + Storable> Run<'_, '_, R> {
    /// Goes on from the checkpoint, if there is one and it is asked for.
    pub fn resume(&mut self) -> Result<(), Error> {
        let Some(Checkpoint { path, resume, .. }) = &self.fit.checkpoint else { return Ok(()) };
        if self.fit.optimizer.export().is_none() {
            let problem =
                "the optimizer can't be stored; give it an `export`, or train without a checkpoint".into();
            return Err(Error::Setting { setting: "checkpoint", problem });
        }
        if *resume && path.try_exists().map_err(|source| Error::Read { path: path.clone(), source })? {
            let file = TensorFile::load(path)?;
            self.take(&file)?;
        }
        Ok(())
    }

    /// Takes all of it, or changes nothing of the net.
    fn take(&mut self, file: &TensorFile) -> Result<(), Error> {
        let run = file.text(RUN)?;
        // A text of brackets takes many times its size when it is parsed.
        let run = if run.len() > LONGEST { "" } else { run };
        let at = Place { file, run: serde_json::from_str(run).unwrap_or(Value::Null) };
        at.check_settings(&self.fit.settings(self.model.is_stateful(), self.data))?;
        let mut params = self.model.params.clone();
        saving::take_weights(file, &self.model.chain, &mut params)?;
        let layers = 0..self.model.states.len();
        let states = layers.map(|layer| at.state(layer)).collect::<Result<Vec<_>, _>>()?;
        let tape = Tape::new(&params, Memory::new());
        for (link, state) in self.model.chain.links().iter().zip(&states) {
            if !link.layer.fits_state(&tape, state, self.fit.batch) {
                return Err(at.error(format!("has another state for {} than it can go on from", link.name)));
            }
        }
        let [epoch, batch, order_of] = ["epoch", "batch", "order_of"].map(|key| at.number(&at.run[key]));
        let (epoch, batch, order_of) = (epoch?, batch?, order_of?);
        let names = if epoch == 0 { Vec::new() } else { self.fit.columns() };
        if batch > self.batches() || at.names("history")? != names {
            return Err(
                at.error("has another history, or another number of batches, than such a run can have")
            );
        }
        let mut history = History::default();
        for name in names {
            history.set(&name, file.numbers(&format!("{HISTORY}{name}"), &[epoch])?);
        }
        history.stopped = at.run["stopped"].as_str().map(Into::into);
        let means: Vec<f64> = file.numbers(MEANS, &[self.means.len(), 2])?;
        let lr: Vec<f64> = file.numbers(RATE, &[1])?;
        if !(lr[0].is_finite() && lr[0] >= 0.0) {
            return Err(at.error(format!("has a learning rate of {}", lr[0])));
        }
        for (number, callback) in self.fit.callbacks.iter_mut().enumerate() {
            callback.restore(file, &format!("callback.{number}."), &params)?;
        }
        take_optimizer(file, OPTIMIZER, &params, &mut *self.fit.optimizer)?;
        // It isn't one of the optimizer's settings here: it moves.
        self.fit.optimizer.set_lr(lr[0]);

        (self.model.params, self.model.states) = (params, states);
        (self.epoch, self.batch, self.order_of, self.history) = (epoch, batch, order_of, history);
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
