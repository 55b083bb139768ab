//! Ends training when it doesn't get better any more.

use super::{Callback, EpochEnd, Monitor};
use crate::error::Error;
use crate::io::{Storable, TensorFile};
use crate::real::Real;
use crate::tensor::Params;

/// Ends training after `patience` epochs without a better one, and puts the weights of the best one back. Keras
/// `EarlyStopping`; Prechelt 1998, "Early stopping – but when?".
#[derive(Clone, Debug)]
pub struct EarlyStopping<R = f32> {
    monitor: Monitor,
    patience: usize,
    restore_best: bool,
    waited: usize,
    best: Option<Vec<R>>,
}

impl<R> EarlyStopping<R> {
    /// Looks at the number of this name, such as `val_loss`.
    pub fn new(monitor: impl Into<String>, patience: usize) -> Self {
        Self::with(Monitor::new(monitor), patience)
    }

    /// Looks at this number.
    pub fn with(monitor: Monitor, patience: usize) -> Self {
        Self { monitor, patience, restore_best: true, waited: 0, best: None }
    }

    /// Whether the net ends with the weights of its best epoch (the default, unlike Keras'), or with the last ones.
    #[must_use]
    pub fn restore_best(self, yes: bool) -> Self {
        Self { restore_best: yes, ..self }
    }
}

impl<R: Real + Storable> Callback<R> for EarlyStopping<R> {
    fn train_begin(&mut self, names: &[String]) -> Result<(), Error> {
        self.monitor.reset();
        (self.waited, self.best) = (0, None);
        self.monitor.check(names)
    }

    fn epoch_end(&mut self, at: EpochEnd<'_, R>) -> Result<(), Error> {
        if self.monitor.improved(at.history) {
            self.waited = 0;
            if self.restore_best {
                let best = self.best.get_or_insert_default();
                best.clear();
                best.extend_from_slice(at.params.flat());
            }
            return Ok(());
        }
        self.waited += 1;
        if self.waited >= self.patience && at.epoch > 0 {
            at.stop.get_or_insert_with(|| format!("no better epoch in {}", self.waited));
        }
        Ok(())
    }

    fn train_end(&mut self, params: &mut Params<R>) {
        if let Some(best) = &self.best {
            params.flat_mut().copy_from_slice(best);
        }
    }

    fn save(&self, file: &mut TensorFile, prefix: &str) {
        self.monitor.save(file, prefix, &[self.waited]);
        if let Some(best) = &self.best {
            file.insert(format!("{prefix}weights"), &[best.len()], best);
        }
    }

    fn restore(&mut self, file: &TensorFile, prefix: &str, params: &Params<R>) -> Result<(), Error> {
        [self.waited] = self.monitor.restore(file, prefix)?;
        let name = format!("{prefix}weights");
        let best = file.shape(&name).map(|_| file.numbers(&name, &[params.flat().len()]));
        self.best = best.transpose()?;
        Ok(())
    }
}
