//! What came out: a table, a picture, and the line in which one process tells the other.

use std::path::{Path, PathBuf};

use tapeloop::Error;
use tapeloop::plot::{Panel, Picture};
use tapeloop::train::History;

use crate::net::{STEPS, TEST};

/// What the net says of the test sequences.
pub struct Answers(pub [[f32; STEPS]; 2]);

impl Answers {
    /// The mean of `f(p − y)` over all answers `p` and sums `y`.
    fn mean(&self, f: impl Fn(f64) -> f64) -> f64 {
        let pairs = self.0.iter().zip(&TEST).flat_map(|(row, [_, truth])| row.iter().zip(truth));
        pairs.map(|(p, y)| f(f64::from(p - y))).sum::<f64>() / (TEST.len() * STEPS) as f64
    }

    pub fn table(&self) {
        let text = |row: &[f32; STEPS]| row.map(|x| format!("{x:>7.2}")).concat();
        for ([x, truth], row) in TEST.iter().zip(&self.0) {
            say!("input {}   answer {}   sums {}", text(x), text(row), text(truth));
        }
        say!("");
    }

    /// `first=… second=… mae=… test_mse=…`
    pub fn line(&self) -> String {
        let [first, second] = self.0.map(|row| row.map(|x| format!("{x:.3}")).join(","));
        let (mae, mse) = (self.mean(f64::abs), self.mean(|d| d * d));
        format!("first={first} second={second} mae={mae:.3} test_mse={mse:.3}")
    }

    /// From a line with `first=… second=…` in it.
    pub fn parse(line: &str) -> Option<Self> {
        let row = |name: &str| {
            let mut words = line.split(' ').filter_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            let numbers: Result<Vec<f32>, _> = words.next()?.split(',').map(str::parse).collect();
            numbers.ok()?.try_into().ok()
        };
        Some(Self([row("first")?, row("second")?]))
    }
}

/// Writes the picture, with what is known, and returns its path.
pub fn picture(out: &Path, history: Option<&History>, answers: Option<&Answers>) -> Result<PathBuf, Error> {
    let path = out.join("series.svg");
    let mut picture = Picture::new("An LSTM learns to add a number to the one before");
    if let Some(history) = history {
        let loss = (1..).map(f64::from).zip(history.get("loss").iter().copied());
        // A picture has room for some hundred points.
        let loss = loss.step_by(history.epochs().div_ceil(1_000).max(1));
        picture = picture.panel(
            Panel::new("Loss", "training step", "mean squared error").log_y().line("three sequences", loss),
        );
    }
    if let Some(answers) = answers {
        let points = |row: [f32; STEPS]| (1..).map(f64::from).zip(row.map(f64::from));
        for ([x, truth], row) in TEST.into_iter().zip(answers.0) {
            let title = format!("Of {}", x.map(|x| x.to_string()).join(", "));
            picture = picture.panel(
                Panel::new(title, "step", "sum").line("truth", points(truth)).dots("answer", points(row)),
            );
        }
    }
    picture.save(&path)?;
    Ok(path)
}
