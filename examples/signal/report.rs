//! What came out: a table and a picture.

use std::path::{Path, PathBuf};

use tapeloop::Error;
use tapeloop::plot::{Panel, Picture};

use crate::progress::LossCurve;
use crate::task::{AHEAD, ALONE, FROM, Task};

/// How good a forecaster is, in the square of the data's unit.
pub struct Score {
    pub name: &'static str,
    /// The mean squared error of the next 100 numbers.
    pub next: f64,
    /// That of 1,000 numbers, with forecasts as inputs.
    pub alone: f64,
    /// The 1,000 numbers from number 15,000 on.
    pub path: Vec<f64>,
}

/// `stuck`: the error if the net's first forecast comes ten times.
pub fn table(task: &Task, scores: &[Score], stuck: f64) {
    let unit = match task.series.unit.as_str() {
        "" => String::new(),
        unit => format!(" ({unit}²)"),
    };
    say!("\n{:34} {:>12} {:>16}", format!("mean squared error{unit}"), "next 100", "1,000 alone");
    for (i, Score { name, next, alone, .. }) in scores.iter().enumerate() {
        say!("{name:34} {next:>12.3e} {alone:>16.3e}");
        if i == 0 {
            say!("{:34} {:>12} {stuck:>16.3e}", "its first forecast ten times", "");
        }
    }
    say!("");
}

/// Writes the picture and returns its path.
pub fn picture(task: &Task, scores: &[Score], curve: &LossCurve, out: &Path) -> Result<PathBuf, Error> {
    let path = out.join(format!("signal-{}.svg", task.name));
    let (series, at) = (&task.series, |i: usize| (task.series.start + i) as f64);
    let name = match series.unit.as_str() {
        "" => series.name.clone(),
        unit => format!("{} ({unit})", series.name),
    };
    let truth = |from: usize, to: usize| (from..to).map(|i| (at(i), series.values[i])).collect::<Vec<_>>();
    let forecast = |score: &Score, count: usize| {
        let numbers = score.path[..count].iter().enumerate();
        numbers.map(|(i, &x)| (at(FROM + i), task.scaling.invert(x))).collect::<Vec<_>>()
    };
    let [net, linear, repeat, ..] = scores else { panic!("scores of the net and two others") };
    let training = match curve.stretch() {
        1 => "training batch".to_owned(),
        n => format!("training batches, mean of {n}"),
    };
    Picture::new(format!("Two LSTM layers forecast: {}", series.name))
        .panel(
            Panel::new("Loss, of numbers with deviation 1", "training step", "mean squared error")
                .log_y()
                .line(training, curve.points()),
        )
        .panel(
            Panel::new("The next 100 numbers", &series.time, &name)
                .line("truth", truth(FROM - AHEAD, FROM + AHEAD))
                .line(net.name, forecast(net, AHEAD))
                .line(linear.name, forecast(linear, AHEAD))
                .line(repeat.name, forecast(repeat, AHEAD)),
        )
        .panel(
            Panel::new("Left alone: its forecasts are its next inputs", &series.time, &name)
                .line("truth", truth(FROM - 2 * AHEAD, FROM + ALONE))
                .line(net.name, forecast(net, ALONE))
                .line(linear.name, forecast(linear, ALONE)),
        )
        .save(&path)?;
    Ok(path)
}
