//! Whether settings can be trained with, and whether they are those of another run.

use serde_json::{Value, json};

use super::{Fit, Loss, Metric};
use crate::data::Dataset;
use crate::error::Error;
use crate::io::Storable;
use crate::optim::Clip;
use crate::real::Real;

impl<R: Real + Storable> Fit<'_, R> {
    /// What can be said of the settings without a net.
    pub(super) fn check(&self, data: &Dataset<R>) -> Result<(), Error> {
        self.check_measures()?;
        let problem = |setting, problem: String| Err(Error::Setting { setting, problem });
        if self.truncate == Some(0) {
            return problem("truncate", "pieces of 0 steps; take one at least".into());
        }
        let share = self.validation_split;
        if !(0.0..1.0).contains(&share) {
            return problem("validation_split", format!("{share} is not in [0, 1)"));
        }
        if share > 0.0 && self.validation.is_some() {
            return problem(
                "validation_split",
                "there are validation data already; take one of the two".into(),
            );
        }
        let (n, rows) = (data.len(), self.training_rows(data.len()));
        if share > 0.0 && (rows == 0 || rows == n) {
            let rest = n - rows;
            return problem(
                "validation_split",
                format!(
                    "{share} of {n} rows leaves {rows} to train with and {rest} to look at; take another share"
                ),
            );
        }
        Ok(())
    }

    /// What a run over data needs, whether it trains or not.
    pub(super) fn check_measures(&self) -> Result<(), Error> {
        let problem = |setting, problem: String| Err(Error::Setting { setting, problem });
        if self.batch == 0 {
            return problem("batch", "is 0 rows; take one at least".into());
        }
        if let Some(Clip::Value(c) | Clip::Norm(c) | Clip::GlobalNorm(c) | Clip::PyTorch { max: c, .. }) =
            self.clip
            && !(c >= 0.0 && c.is_finite())
        {
            return problem("clip", format!("the bound is {c}; take a number from 0 on"));
        }
        if let Loss::Huber { delta } = self.loss
            && (delta.is_nan() || delta <= 0.0)
        {
            return problem(
                "loss",
                format!("the δ of Huber's error is {delta}; take a number above 0, such as 1"),
            );
        }
        if self.metrics.contains(&Metric::TopK { k: 0 }) {
            return problem(
                "metrics",
                "the right class is never among the 0 largest; take a k of 1 at least".into(),
            );
        }
        Ok(())
    }

    /// What decides how a run goes on, for comparison, as far as it can be printed. The learning rate is not in it: it moves,
    /// and a checkpoint has it.
    pub(super) fn settings(&self, stateful: bool, data: &Dataset<R>) -> Value {
        let optimizer = self.optimizer.export();
        let of_optimizer = optimizer.as_ref().map(|exported| {
            let settings = exported.settings.iter().filter(|(name, _)| *name != "lr");
            let settings = settings.map(|(name, value)| format!("{name} {value}"));
            format!("{}: {}", exported.name, settings.collect::<Vec<_>>().join(", "))
        });
        let shape = |data: &Dataset<R>| format!("{} and {}", data.inputs().shape(), data.targets().shape());
        json!({
            "loss": format!("{:?}", self.loss),
            "optimizer": of_optimizer,
            "metrics": format!("{:?}", self.metrics),
            "batch": self.batch,
            "shuffle": self.shuffle,
            "seed": self.seed,
            "data": shape(data),
            "validation": self.validation.map(shape),
            "validation_split": format!("{:?}", self.validation_split),
            "clip": format!("{:?}", self.clip),
            "rate": format!("{:?}", self.rate),
            "truncate": self.truncate,
            "stateful": stateful,
            "callbacks": self.callbacks.len(),
        })
    }

    /// Whether so many rows can be cut into batches for a stateful net: each batch must go on where the last one was.
    pub(super) fn check_rows(&self, stateful: bool, what: &str, rows: usize) -> Result<(), Error> {
        if !stateful || rows.is_multiple_of(self.batch) {
            return Ok(());
        }
        let problem = format!(
            "a stateful net needs whole batches, but the {rows} rows of {what} are no multiple of {}",
            self.batch
        );
        Err(Error::Setting { setting: "batch", problem })
    }
}
