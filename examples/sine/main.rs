//! An Elman net learns to continue a sine: ten numbers in, the next one out.
//!
//! `cargo run --release --example sine`, and with `--help` all that it can do:
//!
//! - `--data sunspots`, `--data FILE.csv --column NAME`: continue a real series.
//! - `--as-tutorial`: what the well-known tutorial's program really does. It makes a *new* Adam(1e-4)
//!   for every step. A fresh Adam has no moments yet, and its first step moves every weight by ±1e-4,
//!   whatever the gradient's size: this is sign descent. And it carries the state from one batch over
//!   to the next, though the windows of the next have nothing to do with it. Over the seeds 0 to 9 its
//!   test error is between 4e-5 and 3e-3; that of the real Adam between 4e-7 and 6e-6.
//! - `--optimizer sgd --lr 0.5`: that tutorial's open question, why the loss becomes infinite.
//!
//! Read `trainer.rs` first: a training step. `slow_motion.rs` answers the open question.

#[macro_use]
mod say;

mod args;
mod frame;
mod options;
mod progress;
mod remedies;
mod report;
mod slow_motion;
mod task;
mod trainer;

use std::process::ExitCode;
use std::time::Instant;

use tapeloop::Error;
use tapeloop::data::Batches;

use args::{Args, Rule};
use progress::{LossCurve, Progress};
use report::Report;
use task::Task;
use trainer::{NonFinite, Trainer};

/// Why a run ends early.
enum Stop {
    /// Options, files or data that nothing can be done with: exit code 2.
    Unusable(String),
    /// Numbers that went beyond what an f32 holds: exit code 1.
    Diverged(NonFinite),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Unusable(error.to_string())
    }
}

fn main() -> ExitCode {
    match Args::read().and_then(|args| run(&args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Unusable(problem)) => {
            say::complain(format_args!("{problem}"));
            ExitCode::from(2)
        }
        Err(Stop::Diverged(end)) => {
            say::complain(format_args!("{end}"));
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Stop> {
    let task = Task::new(args)?;
    let batch = args.batch;
    if batch > task.train.len() {
        let problem = format!("--batch {batch} is more than the {} training windows", task.train.len());
        return Err(Stop::Unusable(problem));
    }
    if args.column.is_some() && ["sine", "sunspots"].contains(&args.data.as_str()) {
        return Err(Stop::Unusable(format!("--column is for a CSV file, and --data is {}", args.data)));
    }
    options::check_writable(&args.out)?;

    let clock = Instant::now();
    let mut batches = Batches::new(&task.train, batch, args.seed);
    let epochs = args.epochs.unwrap_or(if task.series.is_some() { 30 } else { 10 });
    let steps = epochs * batches.per_epoch();
    introduce(args, &task, steps);

    let mut trainer = Trainer::new(args, steps);
    let progress = Progress::new(steps);
    let (mut curve, mut tests) = (LossCurve::new(), Vec::new());
    let mut step = 0;
    for epoch in 1..=epochs {
        let mut sum = 0.0;
        batches.shuffle();
        while let Some((x, y)) = batches.next_batch() {
            let rows = y.len() as f64;
            let loss = trainer.step(x, y, |_| ()).inspect_err(|end| {
                progress.finish();
                say!("{end}.\n");
                slow_motion::explain(args, &task, end, steps);
            });
            let loss = loss.map_err(Stop::Diverged)?;
            step += 1;
            sum += rows * f64::from(loss);
            curve.push(loss);
            progress.step(step, loss);
        }
        if epoch.is_multiple_of(epochs.div_ceil(20)) || epoch == epochs {
            let test = trainer.mse(&task.test);
            tests.push((step as f64, test));
            progress.epoch(epoch, epochs, sum / task.train.len() as f64, test);
        }
    }
    progress.finish();
    let seconds = clock.elapsed().as_secs_f64();

    let predictions = trainer.predict(&task.test).into_iter().map(|p| task.scaling.invert(p.into()));
    let predictions: Vec<f64> = predictions.collect();
    let given: [f32; task::STEPS] = std::array::from_fn(|t| (t as f32).sin());
    let alone: Vec<f64> = trainer.go_on(&given, 60).into_iter().map(f64::from).collect();
    let report =
        Report { task: &task, curve: &curve, tests: &tests, predictions: &predictions, alone: &alone };
    report.table();
    let picture = report.picture(&args.out)?;
    let (train_mse, test_mse) = (trainer.mse(&task.train), trainer.mse(&task.test));
    say!(
        "result: steps={steps} train_mse={train_mse:.3e} test_mse={test_mse:.3e}{} seconds={seconds:.2} picture={}",
        report.errors(),
        picture.display()
    );
    Ok(())
}

fn introduce(args: &Args, task: &Task, steps: usize) {
    let (train, test) = (task.train.len(), task.test.len());
    say!("{train} windows of {} numbers to train with, {test} to test with", task::STEPS);
    let name = format!("{:?}", args.optimizer).to_lowercase();
    say!("{} tanh units, {steps} steps in batches of {}", args.hidden, args.batch);
    if args.as_tutorial {
        say!(
            "As in the tutorial: a new Adam(1e-4) for every step. It has no moments yet, so each weight moves by\n\
             ±1e-4 whatever its gradient: sign descent. And each batch starts from the state that the last one\n\
             ended with (the values; no gradient goes back into that batch).\n"
        );
    } else {
        let clip = args.clip_norm.map_or(String::new(), |norm| format!(", gradients clipped to norm {norm}"));
        let falling = if args.optimizer == Rule::Sgd { "" } else { ", falling to 0 along half a cosine" };
        say!("{name} with learning rate {:?}{falling}{clip}\n", args.rate());
    }
}
