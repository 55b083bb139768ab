//! The number of an epoch that a callback looks at.

use crate::error::Error;
use crate::io::TensorFile;
use crate::train::History;

/// A number of the history, which of two is the better one, and the best one so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Monitor {
    name: String,
    larger: bool,
    min_delta: f64,
    best: Option<f64>,
}

impl Monitor {
    /// The number of this name in a [`History`]: the larger the better, if it is an accuracy, else the smaller.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { larger: name.contains("accuracy"), name, min_delta: 0.0, best: None }
    }

    /// What counts as better, whatever the name.
    #[must_use]
    pub fn larger_is_better(self, larger: bool) -> Self {
        Self { larger, ..self }
    }

    /// How much better than the best one so far is better at all.
    #[must_use]
    pub fn min_delta(self, min_delta: f64) -> Self {
        Self { min_delta, ..self }
    }

    /// The best one so far.
    pub fn best(&self) -> Option<f64> {
        self.best
    }

    /// Whether there will be such a number.
    ///
    /// # Errors
    /// If there won't be.
    pub fn check(&self, names: &[String]) -> Result<(), Error> {
        if names.contains(&self.name) {
            return Ok(());
        }
        let problem = format!(
            "there will be no {:?}, but {}; take one of these (val_… need validation data)",
            self.name,
            names.join(", ")
        );
        Err(Error::Setting { setting: "callback", problem })
    }

    /// Forgets the best one.
    pub fn reset(&mut self) {
        self.best = None;
    }

    /// Whether the last epoch is better than all before. NaN never is, nor is a number that isn't there.
    pub fn improved(&mut self, history: &History) -> bool {
        let value = history.last(&self.name).unwrap_or(f64::NAN);
        let better = match self.best {
            None => !value.is_nan(),
            Some(best) if self.larger => value > best + self.min_delta,
            Some(best) => value < best - self.min_delta,
        };
        if better {
            self.best = Some(value);
        }
        better
    }

    /// The best value and a counter, for a checkpoint.
    pub(super) fn save(&self, file: &mut TensorFile, prefix: &str, counters: &[usize]) {
        file.insert(format!("{prefix}best"), &[1], &[self.best.unwrap_or(f64::NAN)]);
        let counters: Vec<u64> = counters.iter().map(|&counter| counter as u64).collect();
        file.insert(format!("{prefix}counters"), &[counters.len()], &counters);
    }

    pub(super) fn restore<const N: usize>(
        &mut self,
        file: &TensorFile,
        prefix: &str,
    ) -> Result<[usize; N], Error> {
        let best: Vec<f64> = file.numbers(&format!("{prefix}best"), &[1])?;
        self.best = best.first().copied().filter(|best| !best.is_nan());
        let counters: Vec<u64> = file.numbers(&format!("{prefix}counters"), &[N])?;
        Ok(std::array::from_fn(|i| counters[i].min(u32::MAX.into()) as usize))
    }
}
