//! A smaller learning rate when training doesn't get better any more.

use super::{Callback, EpochEnd, Monitor};
use crate::error::Error;
use crate::io::{Storable, TensorFile};
use crate::real::Real;
use crate::tensor::Params;

/// Multiplies the learning rate by `factor` after `patience` epochs without a better one. Keras `ReduceLROnPlateau`, with its
/// defaults: better is better by more than 1e-4.
#[doc(alias = "ReduceLROnPlateau")]
#[derive(Clone, Debug)]
pub struct ReduceOnPlateau {
    monitor: Monitor,
    factor: f64,
    patience: usize,
    cooldown: usize,
    floor: f64,
    waited: usize,
    /// Epochs until waiting begins again.
    cooling: usize,
}

impl ReduceOnPlateau {
    /// Looks at the number of this name, such as `val_loss`.
    ///
    /// # Panics
    /// If the factor isn't between 0 and 1.
    #[track_caller]
    pub fn new(monitor: impl Into<String>, factor: f64, patience: usize) -> Self {
        Self::with(Monitor::new(monitor).min_delta(1e-4), factor, patience)
    }

    /// Looks at this number.
    ///
    /// # Panics
    /// If the factor isn't between 0 and 1.
    #[track_caller]
    pub fn with(monitor: Monitor, factor: f64, patience: usize) -> Self {
        assert!(
            factor > 0.0 && factor < 1.0,
            "reduce_on_plateau: the factor {factor} is not between 0 and 1"
        );
        Self { monitor, factor, patience, cooldown: 0, floor: 0.0, waited: 0, cooling: 0 }
    }

    /// For so many epochs after each change nothing is counted.
    #[must_use]
    pub fn cooldown(self, epochs: usize) -> Self {
        Self { cooldown: epochs, ..self }
    }

    /// The learning rate that is small enough. Keras `min_lr`.
    #[must_use]
    pub fn floor(self, lr: f64) -> Self {
        Self { floor: lr, ..self }
    }
}

impl<R: Real + Storable> Callback<R> for ReduceOnPlateau {
    fn train_begin(&mut self, names: &[String]) -> Result<(), Error> {
        self.monitor.reset();
        (self.waited, self.cooling) = (0, 0);
        self.monitor.check(names)
    }

    fn epoch_end(&mut self, at: EpochEnd<'_, R>) -> Result<(), Error> {
        if self.cooling > 0 {
            self.cooling -= 1;
        }
        if self.monitor.improved(at.history) {
            self.waited = 0;
        } else if self.cooling == 0 {
            self.waited += 1;
            let lr = at.optimizer.lr();
            if self.waited >= self.patience && lr > self.floor {
                at.optimizer.set_lr((lr * self.factor).max(self.floor));
                (self.cooling, self.waited) = (self.cooldown, 0);
            }
        }
        Ok(())
    }

    fn save(&self, file: &mut TensorFile, prefix: &str) {
        self.monitor.save(file, prefix, &[self.waited, self.cooling]);
    }

    fn restore(&mut self, file: &TensorFile, prefix: &str, _: &Params<R>) -> Result<(), Error> {
        [self.waited, self.cooling] = self.monitor.restore(file, prefix)?;
        Ok(())
    }
}
