//! The command: its options, training, and what it says and draws.

mod adding;
mod look;
mod net;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tapeloop::Error;
use tapeloop::optim::Schedule;

use crate::options::{self, positive, whole};
use crate::progress::{LossCurve, Progress};
use crate::say;
use adding::{Adding, Test};
use look::Look;
use net::Trainer;

/// Leaky units, a recurrent cell written in this example, learn to add two marked numbers among many.
#[derive(Parser)]
#[command(name = "custom_cell", allow_negative_numbers = true)]
struct Args {
    /// Training steps
    #[arg(long, value_name = "N", default_value_t = 5000, value_parser = whole::<1, 1_000_000>)]
    steps: usize,
    /// The longest sequences; the shortest are half as long
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = whole::<2, 200>)]
    length: usize,
    /// Leaky units
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = whole::<1, 256>)]
    units: usize,
    /// Sequences in a batch
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = whole::<1, 256>)]
    batch: usize,
    /// The learning rate at the start; it falls to 0 along half a cosine
    #[arg(long, value_name = "RATE", default_value_t = 0.02, value_parser = positive)]
    lr: f64,
    /// Seed of weights and sequences
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Where the picture goes
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
}

/// Why a run ends early.
enum Stop {
    /// Options or files that nothing can be done with: exit code 2.
    Unusable(String),
    /// A wrong gradient, or numbers beyond what an f32 holds: exit code 1.
    Failed(String),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Unusable(error.to_string())
    }
}

pub fn main() -> ExitCode {
    let (problem, code) = match Args::read().and_then(|args| run(&args)) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Stop::Unusable(problem)) => (problem, 2),
        Err(Stop::Failed(problem)) => (problem, 1),
    };
    say::complain(format_args!("{problem}"));
    ExitCode::from(code)
}

impl Args {
    /// The options of the command line. What is wrong with them is one sentence.
    fn read() -> Result<Self, Stop> {
        Self::try_parse().map_err(|error| Stop::Unusable(options::sentence(&error)))
    }
}

fn run(args: &Args) -> Result<(), Stop> {
    options::check_writable(&args.out)?;
    let clock = Instant::now();
    let report = net::check().map_err(|error| Stop::Failed(error.to_string()))?;
    say!("{report}\n");

    let task = Adding { shortest: args.length.div_ceil(2).max(2), longest: args.length };
    let test = Test::new(task, !args.seed); // other sequences than those to train with
    let Adding { shortest, longest } = task;
    say!("{} leaky units learn to add the two marked ones of {shortest} to {longest} numbers", args.units);
    say!("Always answering 1, the mean, has a mean squared error of {:.4}\n", test.baseline);

    let schedule = Schedule::Cosine { lr: args.lr, floor: 0.0, steps: args.steps };
    let mut trainer = Trainer::new(task, args.units, schedule, args.seed);
    let before = Look::at(&trainer, &test);
    let curve = train(args, &mut trainer, &test)?;
    let after = Look::at(&trainer, &test);

    let [mse, unmasked] = [true, false].map(|masked| test.mse(|batch| trainer.answers(batch, masked)));
    say!("\nWithout the mask, reading on beyond the end of shorter sequences: {unmasked:.4}");
    after.say();
    let picture = look::draw(&args.out, test.baseline, &curve, [&before, &after])?;
    say!(
        "result: test_mse={mse:.3e} baseline_mse={:.3e} worst_gradcheck={:.1e} steps={} seconds={:.2} picture={}",
        test.baseline,
        report.worst.map_or(0.0, |worst| worst.error()),
        args.steps,
        clock.elapsed().as_secs_f64(),
        picture.display()
    );
    Ok(())
}

fn train(args: &Args, trainer: &mut Trainer, test: &Test) -> Result<LossCurve, Stop> {
    let (progress, mut curve) = (Progress::new(args.steps), LossCurve::new());
    for step in 1..=args.steps {
        let loss = trainer.step(args.batch);
        curve.push(loss);
        progress.step(step, loss);
        let look = step.is_multiple_of(args.steps.div_ceil(10)) || step == args.steps;
        let mse = look.then(|| test.mse(|batch| trainer.answers(batch, true)));
        if !loss.is_finite() || mse.is_some_and(|mse| !mse.is_finite()) {
            progress.finish();
            let problem = format!("training diverged at step {step}; try a smaller --lr than {:?}", args.lr);
            return Err(Stop::Failed(problem));
        }
        if let Some(mse) = mse {
            progress.line(format_args!("step {step:>6}/{}  loss {loss:.2e}  test {mse:.2e}", args.steps));
        }
    }
    progress.finish();
    Ok(curve)
}
