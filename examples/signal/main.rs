//! Two LSTM layers forecast a vibration.
//!
//! `cargo run --release --example signal`, and with `--help` all that it can do.
//!
//! A well-known tutorial of TensorFlow 1, with two forecasts beside that of the net: what was there will be there again, and a
//! linear one. `net.rs` is the net and its training. `docs/from-the-tutorials.md` says what is different here, and what comes
//! out.

#[macro_use]
#[path = "../sine/say.rs"]
mod say;

mod args;
mod linear;
mod net;
#[path = "../sine/options.rs"]
mod options;
#[path = "../sine/progress.rs"]
#[allow(dead_code)] // `fit` has a progress of its own
mod progress;
mod report;
mod task;

use std::process::ExitCode;
use std::time::Instant;

use tapeloop::Error;

use args::Args;
use linear::Linear;
use net::Net;
use report::Score;
use task::{AHEAD, ALONE, FROM, Forecast, TRAIN, Task, Test, WINDOW, go_on, repeated};

/// Why a run ends early.
enum Stop {
    /// Options, files or data that nothing can be done with: exit code 2.
    Unusable(String),
    /// Numbers that went beyond what an f32 holds: exit code 1.
    Failed(String),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Unusable(error.to_string())
    }
}

fn main() -> ExitCode {
    let (problem, code) = match Args::read().and_then(|args| run(&args)) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Stop::Unusable(problem)) => (problem, 2),
        Err(Stop::Failed(problem)) => (problem, 1),
    };
    say::complain(format_args!("{problem}"));
    ExitCode::from(code)
}

fn run(args: &Args) -> Result<(), Stop> {
    let clock = Instant::now();
    let task = Task::new(args)?;
    options::check_writable(&args.out)?;
    let (next, alone) = (Test::new(&task, AHEAD, 2_500), Test::new(&task, ALONE, 250));
    say!("{}: {} numbers, of which {TRAIN} to train with", task.series.name, task.values.len());
    say!("{} forecasts of {AHEAD} numbers to test with, and {} of {ALONE}\n", next.len(), alone.len());

    let (mut net, curve) = Net::train(&task, args)?;
    let linear = Linear::fit(&task.values[..TRAIN]);
    let repeat = |windows: &[f64]| -> Vec<f64> {
        windows.chunks_exact(WINDOW).flat_map(|window| &window[WINDOW - AHEAD..]).copied().collect()
    };
    let score = |name, forecast: &mut Forecast<'_>| Score {
        name,
        next: next.mse(&forecast(&next.windows)),
        alone: alone.mse(&go_on(&alone.windows, forecast)),
        path: go_on(task.before(FROM), forecast),
    };
    let scores = [
        score("the net", &mut |windows| net.forecast(windows)),
        score("linear", &mut |windows| linear.forecast(windows)),
        score("last 100 again", &mut |windows| repeat(windows)),
        score("mean of training", &mut |windows| vec![0.0; windows.len() / WINDOW * AHEAD]),
    ];
    let stuck = alone.mse(&repeated(&net.forecast(&alone.windows)));
    report::table(&task, &scores, stuck);
    let picture = report::picture(&task, &scores, &curve, &args.out)?;
    let [net, linear, repeat, _] = &scores;
    say!(
        "result: test_mse={:.3e} linear_mse={:.3e} repeat_mse={:.3e} free_mse={:.3e} linear_free_mse={:.3e} \
         repeat_free_mse={:.3e} steps={} seconds={:.2} picture={}",
        net.next,
        linear.next,
        repeat.next,
        net.alone,
        linear.alone,
        repeat.alone,
        args.steps,
        clock.elapsed().as_secs_f64(),
        picture.display()
    );
    Ok(())
}
