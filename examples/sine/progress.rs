//! How it goes while it goes.

use std::fmt::Display;
use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};

/// A bar with the loss on a terminal; elsewhere a line now and then.
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    pub fn new(steps: usize) -> Self {
        let style = "{bar:40.cyan/blue} {pos:>5}/{len} steps  {elapsed}  {msg}";
        let style = ProgressStyle::with_template(style).expect("a valid template");
        let bar = stderr().is_terminal().then(|| ProgressBar::new(steps as u64).with_style(style));
        Self { bar }
    }

    /// After a step.
    pub fn step(&self, step: usize, loss: f32) {
        if let Some(bar) = self.bar.as_ref().filter(|_| step.is_multiple_of(10)) {
            bar.set_position(step as u64);
            bar.set_message(format!("loss {loss:.2e}"));
        }
    }

    /// After an epoch.
    pub fn epoch(&self, epoch: usize, epochs: usize, train: f64, test: f64) {
        self.line(format_args!("epoch {epoch:>3}/{epochs}  training loss {train:.2e}  test {test:.2e}"));
    }

    /// A line that stays.
    pub fn line(&self, line: impl Display) {
        match &self.bar {
            Some(bar) => bar.println(line.to_string()),
            None => say!("{line}"),
        }
    }

    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A loss over time in bounded memory: means over stretches of steps. When there are too many
/// stretches, each two become one.
pub struct LossCurve {
    means: Vec<f64>,
    stretch: usize,
    sum: f64,
    count: usize,
}

impl LossCurve {
    const MOST: usize = 300;

    pub fn new() -> Self {
        Self { means: Vec::with_capacity(Self::MOST), stretch: 1, sum: 0.0, count: 0 }
    }

    pub fn push(&mut self, loss: f32) {
        self.sum += f64::from(loss);
        self.count += 1;
        if self.count == self.stretch {
            self.means.push(self.sum / self.stretch as f64);
            (self.sum, self.count) = (0.0, 0);
        }
        if self.means.len() == Self::MOST {
            for i in 0..Self::MOST / 2 {
                self.means[i] = (self.means[2 * i] + self.means[2 * i + 1]) / 2.0;
            }
            self.means.truncate(Self::MOST / 2);
            self.stretch *= 2;
        }
    }

    /// How many steps a point is the mean of.
    pub fn stretch(&self) -> usize {
        self.stretch
    }

    /// `(step, loss)`
    pub fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        let middle = |i: usize| (i as f64 + 0.5) * self.stretch as f64 + 0.5;
        self.means.iter().enumerate().map(move |(i, &mean)| (middle(i), mean))
    }
}
