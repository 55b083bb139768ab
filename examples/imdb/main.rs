//! Is a review positive? Its words one by one, as vectors that are learnt, into a recurrent net.
//!
//! `cargo run --release --example imdb`, and with `--help` all that it can do. Without `--data` it learns from 1,600 sentences
//! that come with the crate; with it from the 25,000 film reviews of the Large Movie Review Dataset.

#[macro_use]
#[path = "../sine/say.rs"]
mod say;

#[path = "../mnist/command.rs"]
mod command;
#[path = "../sine/options.rs"]
mod options;
mod reviews;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tapeloop::Error;
use tapeloop::nn::{Activation, Dense, Embedding};
use tapeloop::optim::RmsProp;
use tapeloop::train::{Fit, InputShape, Loss, Metric, Model, Sequential, TerminateOnNan};

use command::{Cell, Stop};
use options::{positive, whole};

/// Numbers of a word, and units.
const SIZE: usize = 32;

/// A recurrent net reads reviews word by word and says whether they are positive.
#[derive(Parser)]
#[command(name = "imdb", allow_negative_numbers = true)]
struct Args {
    /// The Large Movie Review Dataset: its folder aclImdb (<https://ai.stanford.edu/~amaas/data/sentiment/>), or
    /// the file imdb.npz that Keras loads [default: 2,000 sentences that come with the crate]
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// The recurrent layer
    #[arg(long, value_enum, default_value = "rnn")]
    cell: Cell,
    /// The size of the vocabulary; words that are less frequent are one and the same
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = whole::<5, 1_000_000>)]
    words: usize,
    /// Words of a review: of longer ones the last, shorter ones begin with zeros [default: 500 with --data, else 40]
    #[arg(long, value_name = "N", value_parser = whole::<1, 5000>)]
    steps: Option<usize>,
    /// Don't read the zeros before a review, Keras' mask_zero
    #[arg(long)]
    mask: bool,
    /// Passes over the training reviews
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = whole::<1, 100_000>)]
    epochs: usize,
    /// Reviews in a batch [default: 128 with --data, else 16]
    #[arg(long, value_name = "N", value_parser = whole::<1, 10_000>)]
    batch: Option<usize>,
    /// The learning rate of RMSprop
    #[arg(long, value_name = "RATE", default_value_t = 1e-3, value_parser = positive)]
    lr: f64,
    /// Seed of weights and batches, and of the choice of sentences to test with
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
    let (data, full) = (args.data.as_deref(), args.data.is_some());
    let steps = args.steps.unwrap_or(if full { 500 } else { 40 });
    let [train, test] = reviews::read(data, args.words, args.seed)?;
    let [train, test] = [reviews::padded(train, steps)?, reviews::padded(test, steps)?];

    say!("Four recurrent layers, one on top of the other:\n{}\n", stacked(args, steps)?.summary());
    let mut model = Sequential::new()
        .add(Embedding::new(args.words, SIZE).mask_zero(args.mask))
        .add(args.cell.layer(SIZE, false))
        .add(Dense::new(1).activation(Activation::Sigmoid))
        .build(InputShape::tokens(steps), args.seed)?;
    say!("One, which is trained:\n{}\n", model.summary());
    say!("{} reviews, the last fifth of which are for validation; {} to test with", train.len(), test.len());

    let mut fit = Fit {
        loss: Loss::BinaryCrossEntropy,
        optimizer: RmsProp::keras(args.lr).into(),
        metrics: vec![Metric::BinaryAccuracy { threshold: 0.5 }],
        epochs: args.epochs,
        batch: args.batch.unwrap_or(if full { 128 } else { 16 }),
        seed: args.seed,
        validation_split: 0.2,
        callbacks: vec![Box::new(TerminateOnNan)],
        ..Fit::default()
    };
    let clock = Instant::now();
    let history = model.fit(&train, &mut fit)?;
    let seconds = clock.elapsed().as_secs_f64();
    Stop::if_diverged(&history)?;

    let accuracy = |name| history.last(name).unwrap_or(f64::NAN);
    let picture = args.out.join("imdb.svg");
    history.picture("Positive or negative?").save(&picture)?;
    say!(
        "result: train_accuracy={:.4} validation_accuracy={:.4} test_accuracy={:.4} seconds={seconds:.2} picture={}",
        accuracy("binary_accuracy"),
        accuracy("val_binary_accuracy"),
        model.evaluate(&test, &fit)?.metrics[0],
        picture.display()
    );
    Ok(())
}

/// An embedding and four recurrent layers: each but the last returns all its states, so that the next one has a sequence.
fn stacked(args: &Args, steps: usize) -> Result<Model, Error> {
    let embedding = Sequential::new().add(Embedding::new(args.words, SIZE));
    let layers = [true, true, true, false].map(|sequences| args.cell.layer(SIZE, sequences));
    layers.into_iter().fold(embedding, Sequential::add).build(InputShape::tokens(steps), args.seed)
}
