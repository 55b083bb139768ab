//! A net learns to add each number of a series to the one before, is saved, and answers in another process.
//!
//! `cargo run --release --example series`, and with `--help` all that it can do.
//!
//! A well-known program of TensorFlow 1, `SeriesPredictor`. `net.rs` is the net and its training.
//! `docs/from-the-tutorials.md` says what is different here, and what comes out.

#[macro_use]
#[path = "../sine/say.rs"]
mod say;

mod net;
#[path = "../sine/options.rs"]
mod options;
mod report;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use clap::Parser;
use tapeloop::Error;
use tapeloop::train::History;

use options::{positive, whole};
use report::Answers;

/// An LSTM of ten units learns from three sequences to add each number to the one before. It is saved; a new process reads the
/// file, and answers for two other sequences.
#[derive(Parser)]
#[command(name = "series", allow_negative_numbers = true)]
struct Args {
    /// Training steps
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = whole::<1, 1_000_000>)]
    steps: usize,
    /// The learning rate
    #[arg(long, value_name = "RATE", default_value_t = 0.001, value_parser = positive)]
    lr: f64,
    /// A CSV file of sequences to train with, one in each line: four numbers, then what is to be said after each of them
    /// [default: the tutorial's three]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Seed of the weights
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Train and save, but don't ask for answers
    #[arg(long)]
    train_only: bool,
    /// Answer with the weights that were saved before
    #[arg(long, conflicts_with_all = ["train_only", "steps", "lr", "seed", "data"])]
    predict_only: bool,
    /// Where the weights (series.safetensors) and the picture go
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
}

/// Why a run ends early.
enum Stop {
    /// Options or files that nothing can be done with: exit code 2.
    Unusable(String),
    /// Numbers that went beyond what an f32 holds: exit code 1.
    Failed(String),
    /// The other process has said why.
    Child(ExitCode),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Unusable(error.to_string())
    }
}

fn main() -> ExitCode {
    let args = Args::try_parse().map_err(|error| Stop::Unusable(options::sentence(&error)));
    let (problem, code) = match args.and_then(|args| run(&args)) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Stop::Child(code)) => return code,
        Err(Stop::Unusable(problem)) => (problem, 2),
        Err(Stop::Failed(problem)) => (problem, 1),
    };
    say::complain(format_args!("{problem}"));
    ExitCode::from(code)
}

fn run(args: &Args) -> Result<(), Stop> {
    let clock = Instant::now();
    let file = args.out.join("series.safetensors");
    let mut result = String::new();
    let (history, answers) = if args.predict_only {
        (None, Some(predict(&file)?))
    } else {
        let history = train(args, &file)?;
        let answers = if args.train_only { None } else { Some(ask(&args.out)?) };
        (Some(history), answers)
    };
    if let Some(answers) = &answers {
        answers.table();
        result += &format!(" {}", answers.line());
    }
    if let Some(history) = &history {
        let mse = history.last("loss").unwrap_or(f64::NAN);
        result += &format!(" train_mse={mse:.3e} steps={}", args.steps);
    }
    let picture = report::picture(&args.out, history.as_ref(), answers.as_ref())?;
    let seconds = clock.elapsed().as_secs_f64();
    say!("result:{result} seconds={seconds:.2} picture={}", picture.display());
    Ok(())
}

/// Trains a new net and saves it.
fn train(args: &Args, file: &Path) -> Result<History, Stop> {
    options::check_writable(&args.out)?;
    let (data, mut model) = (net::data(args.data.as_deref())?, net::build(args.seed)?);
    let history = net::train(&mut model, &data, args.steps, args.lr)?;
    if history.stopped().is_some() || !model.params().flat().iter().all(|w| w.is_finite()) {
        let (step, lr) = (history.epochs(), args.lr);
        return Err(Stop::Failed(format!(
            "training diverged at step {step}; try a smaller --lr than {lr:?}"
        )));
    }
    model.save(file)?;
    say!("saved: {}", file.display());
    Ok(history)
}

/// Answers with the weights in the file.
fn predict(file: &Path) -> Result<Answers, Stop> {
    let mut model = net::build(0)?;
    model.load_weights(file)?;
    let answers = net::answers(&mut model)?;
    if !answers.iter().flatten().all(|y| y.is_finite()) {
        let file = file.display();
        return Err(Stop::Unusable(format!(
            "{file}: with these weights answers are not finite; train again"
        )));
    }
    Ok(Answers(answers))
}

/// Has this program started once more, which knows no more than the file, and reads its answers.
fn ask(out: &Path) -> Result<Answers, Stop> {
    let failed = |problem: String| Stop::Unusable(format!("can't start this program once more: {problem}"));
    let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let mut folder = OsString::from("--out="); // one word: the name may begin with a dash
    folder.push(out);
    let mut command = Command::new(program);
    command.arg("--predict-only").arg(folder).stdin(Stdio::null()).stderr(Stdio::inherit());
    say!("asking a new process\n");
    let output = command.output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(Stop::Child(ExitCode::from(
            output.status.code().and_then(|code| code.try_into().ok()).unwrap_or(1),
        )));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    Answers::parse(last).ok_or_else(|| failed(format!("it ends with {last:?}")))
}
