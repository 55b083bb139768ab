//! What came out: a table, a picture, the result in a line.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

use tapeloop::Error;
use tapeloop::data::Series;
use tapeloop::plot::{Panel, Picture};

use crate::progress::LossCurve;
use crate::task::{STEPS, Task, rmse};

/// A trained net's answers.
pub struct Report<'a> {
    pub task: &'a Task,
    pub curve: &'a LossCurve,
    /// `(step, test error)` after some epochs.
    pub tests: &'a [(f64, f64)],
    /// Predictions for the test windows, in the data's unit.
    pub predictions: &'a [f64],
    /// The beginning of a sine, and how the net goes on.
    pub alone: &'a [f64],
}

impl Report<'_> {
    /// Ten of the test windows, from the first to the last.
    pub fn table(&self) {
        let (truth, today) = (self.task.truth(), self.task.today());
        let time = self.task.series.as_ref().map_or("window", |series| &series.time);
        say!("\n{time:>8} {:>12} {:>12} {:>12} {:>12}", "last input", "predicted", "actual", "error");
        let (rows, count) = (10.min(truth.len()), truth.len());
        let times: Vec<f64> = self.task.times().collect();
        for i in (0..rows).map(|row| row * (count - 1) / (rows - 1).max(1)) {
            let (predicted, actual) = (self.predictions[i], truth[i]);
            let numbers = [today[i], predicted, actual, predicted - actual];
            say!("{:>8}{}", times[i], numbers.map(|x| format!(" {:>12}", self.number(x))).concat());
        }
        say!("");
    }

    /// Writes the picture and returns its path.
    pub fn picture(&self, out: &Path) -> Result<PathBuf, Error> {
        let path = out.join(format!("{}.svg", self.task.name));
        let training = match self.curve.stretch() {
            1 => "training batch".to_owned(),
            n => format!("training batches, mean of {n}"),
        };
        let loss = Panel::new("Loss", "training step", "mean squared error")
            .log_y()
            .line(training, self.curve.points())
            .line("test windows", self.tests.iter().copied());
        let picture = match &self.task.series {
            None => Picture::new("An Elman net learns to continue a sine")
                .panel(loss)
                .panel(self.test_windows())
                .panel(self.left_alone()),
            Some(series) => Picture::new(format!("An Elman net learns to continue: {}", series.name))
                .panel(loss)
                .panel(self.test_part(series)),
        };
        picture.save(&path)?;
        Ok(path)
    }

    fn test_part(&self, series: &Series) -> Panel {
        let name = match series.unit.as_str() {
            "" => series.name.clone(),
            unit => format!("{} ({unit})", series.name),
        };
        Panel::new("Test part: each number predicted from the ten before it", &series.time, name)
            .line("truth", self.task.times().zip(self.task.truth()))
            .line("prediction", self.task.times().zip(self.predictions.iter().copied()))
    }

    /// One period, with every tenth window.
    fn test_windows(&self) -> Panel {
        let dots = self.predictions.iter().enumerate().step_by(10);
        let dots = dots.map(|(i, &prediction)| (phase(self.task.test.input(i)), prediction));
        Panel::new("Test windows: the number after the ten", "its phase (rad)", "value")
            .line("truth", sine(TAU))
            .dots("prediction", dots)
    }

    fn left_alone(&self) -> Panel {
        let last = (self.alone.len() - 1) as f64;
        let dots = self.alone.iter().enumerate().map(|(t, &x)| (t as f64, x));
        Panel::new("Left alone: its own predictions are its next inputs", "time", "value")
            .line("truth", sine(last))
            .dots("first ten given, then the net", dots)
    }

    /// For a series, in the data's unit: the test error, and that of "tomorrow equals today".
    pub fn errors(&self) -> String {
        let (truth, today) = (self.task.truth(), self.task.today());
        let [test, today] = [rmse(self.predictions, &truth), rmse(&today, &truth)].map(|e| self.number(e));
        if self.task.series.is_some() {
            format!(" test_rmse={test} today_rmse={today}")
        } else {
            String::new()
        }
    }

    /// A number in the data's unit, with a power of ten if the data are very large or very small.
    fn number(&self, x: f64) -> String {
        let size = self.task.truth().into_iter().fold(0.0, |size: f64, x| size.max(x.abs()));
        if (1e-2..1e6).contains(&size) { format!("{x:.5}") } else { format!("{x:.4e}") }
    }
}

fn sine(end: f64) -> impl Iterator<Item = (f64, f64)> {
    (0..=600).map(move |i| end * f64::from(i) / 600.0).map(|a| (a, a.sin()))
}

/// The phase, from 0 to 2π, of the number after a window of the sine. With a = the last number but one and b
/// = the last: b = sin(φ) and a = sin(φ − 1) = sin φ·cos 1 − cos φ·sin 1, so cos φ = (b·cos 1 − a)/sin 1.
fn phase(window: &[f32]) -> f64 {
    let [a, b] = [STEPS - 2, STEPS - 1].map(|i| f64::from(window[i]));
    let cosine = (b * 1f64.cos() - a) / 1f64.sin();
    (b.atan2(cosine) + 1.0).rem_euclid(TAU)
}
