//! Which digit is it? An image read row by row, each row a time step.
//!
//! `cargo run --release --example mnist`, and with `--help` all that it can do. Without `--data` it learns 1,437 digits of
//! 8 × 8 pixels that come with the crate; with it MNIST or Fashion-MNIST, 28 × 28.

#[macro_use]
#[path = "../sine/say.rs"]
mod say;

mod command;
mod confusion;
#[path = "../sine/options.rs"]
mod options;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tapeloop::data::{Dataset, Inputs, digits};
use tapeloop::nn::Dense;
use tapeloop::optim::Adam;
use tapeloop::train::{Fit, InputShape, Loss, Metric, Sequential, TerminateOnNan};

use command::{Cell, Stop, positive, whole};
use confusion::Confusion;

/// How many classes there are.
const CLASSES: usize = 10;

/// A recurrent net reads images row by row and says which of ten classes they belong to.
#[derive(Parser)]
#[command(name = "mnist", allow_negative_numbers = true)]
struct Args {
    /// The recurrent layer
    #[arg(long, value_enum, default_value = "rnn")]
    cell: Cell,
    /// Its units
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = whole::<1, 4096>)]
    units: usize,
    /// Passes over the training images
    #[arg(long, value_name = "N", value_parser = whole::<1, 100_000>)]
    epochs: Option<usize>,
    /// Images in a batch
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = whole::<1, 100_000>)]
    batch: usize,
    /// The learning rate of Adam
    #[arg(long, value_name = "RATE", default_value_t = 1e-3, value_parser = positive)]
    lr: f64,
    /// Seed of weights and batches
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Where the picture goes
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
}

fn main() -> ExitCode {
    command::main(run)
}

fn run(args: &Args) -> Result<(), Stop> {
    options::check_writable(&args.out)?;
    let [train, test] = read()?;
    let &[_, rows, columns] = train.inputs().shape().sizes() else { unreachable!("images") };
    say!("{} images of {rows} × {columns} pixels to train with, {} to test with", train.len(), test.len());

    let mut model = args
        .cell
        .add_to(Sequential::new(), args.units, false)
        .add(Dense::new(CLASSES))
        .build(InputShape::sequence(rows, columns), args.seed)?;
    say!("{}", model.summary());

    let mut fit = Fit {
        loss: Loss::CategoricalCrossEntropyLogits,
        optimizer: Adam::tf1(args.lr).into(),
        metrics: vec![Metric::Accuracy],
        epochs: args.epochs.unwrap_or(30),
        batch: args.batch,
        seed: args.seed,
        validation: Some(&test),
        callbacks: vec![Box::new(TerminateOnNan)],
        ..Fit::default()
    };
    let clock = Instant::now();
    let history = model.fit(&train, &mut fit)?;
    let seconds = clock.elapsed().as_secs_f64();
    Stop::if_diverged(&history)?;

    let [train_accuracy, test_accuracy] =
        [model.evaluate(&train, &fit)?, model.evaluate(&test, &fit)?].map(|scores| scores.metrics[0]);
    let confusion = Confusion::new(&model.predict(test.inputs())?, &test);
    confusion.say();
    let picture = args.out.join("mnist.svg");
    history.picture("Images read row by row").heat_map(confusion.map()).save(&picture)?;
    say!(
        "result: train_accuracy={train_accuracy:.4} test_accuracy={test_accuracy:.4} seconds={seconds:.2} picture={}",
        picture.display()
    );
    Ok(())
}

/// The images to train with and those to test with.
fn read() -> Result<[Dataset; 2], Stop> {
    let all = digits();
    let cut = 1437; // of 1,797, as everybody does
    let (pixels, classes) = (all.pixels.split_at(cut * all.rows * all.columns), all.labels.split_at(cut));
    let set = |pixels: &[u8], classes: &[usize]| {
        Dataset::new(Inputs::bytes(all.rows, all.columns, pixels.to_vec(), 1.0 / 16.0), classes.to_vec())
    };
    Ok([set(pixels.0, classes.0)?, set(pixels.1, classes.1)?])
}
