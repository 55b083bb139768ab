//! Numbers over time.

use super::{Scaling, Split, Window, Windows};
use crate::error::Error;
use crate::real::Real;

/// Numbers at equal distances in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What is measured.
    pub name: String,
    /// The unit of the numbers; empty if there is none, or it is unknown.
    pub unit: String,
    /// The unit of time: what the index counts.
    pub time: String,
    /// The time of the first number.
    pub start: usize,
    /// The numbers, all finite.
    pub values: Vec<f64>,
}

impl Series {
    /// Windows over the series (a [`Window`], or a number of steps with the next number as target), scaled and split
    /// in the order of time: the first `train_share` of the numbers to train with, the others to test with.
    ///
    /// The targets of test windows all lie in the test part, and begin with its first number. Such a window may
    /// reach back into the training part, as a forecast would; nothing of the test part is known in training,
    /// not even through the scaling. With a stride as long as the horizon every number of the test part is a target
    /// once (but for a rest that is too short), as it is with a horizon and a stride of 1.
    ///
    /// # Errors
    /// If the series is too short for a training window and a test window, if its training part is
    /// constant, or if its numbers are too large for `R`.
    ///
    /// # Panics
    /// If a window has no steps, no numbers in a step, or no targets, if the stride is 0, or if `train_share` is
    /// not between 0 and 1.
    #[track_caller]
    pub fn windows<R: Real>(&self, window: impl Into<Window>, train_share: f64) -> Result<Split<R>, Error> {
        let window = window.into().checked();
        let Window { gap, horizon, .. } = window;
        assert!(horizon > 0, "windows without targets");
        assert!((0.0..=1.0).contains(&train_share), "a training share of {train_share}");
        let count = self.values.len();
        let train_count = (count as f64 * train_share) as usize;
        if train_count < window.span() || count - train_count < horizon {
            return Err(self.error(format!(
                "{count} numbers are too few: the training part has {train_count} and needs {} for a window of \
                 {} and what it predicts, and {horizon} must be left to test with; give a longer series",
                window.span(),
                window.inputs()
            )));
        }
        let scaling = Scaling::standard(&self.values[..train_count]).ok_or_else(|| {
            self.error(
                "the training part is constant, or its spread not measurable; give one that varies".into(),
            )
        })?;
        let mut scaled: Vec<R> = self.values.iter().map(|&x| R::from_f64(scaling.apply(x))).collect();
        if let Some(i) = scaled.iter().position(|x| !x.is_finite()) {
            let (value, time) = (self.values[i], self.start + i);
            return Err(self.error(format!(
                "{value:e} ({} {time}) is too far from the training part to be scaled; correct or remove it",
                self.time
            )));
        }
        let test = Windows::over(scaled[train_count - window.inputs() - gap..].to_vec(), window);
        scaled.truncate(train_count);
        Ok(Split { train: Windows::over(scaled, window), test, scaling })
    }

    fn error(&self, problem: String) -> Error {
        Error::Series { series: self.name.clone(), problem }
    }
}
