//! An epoch of the two classifiers of `examples/`, as a program of its own, to be timed beside the same net in Keras and
//! PyTorch: `benches/peers/epochs/epochs.py`.
//!
//! `cargo bench --bench epochs -- --net mnist|imdb [--rows N] [--epochs N] [--threads N]`
//!
//! Data are numbers that any language can make, since speed doesn't depend on them. Prints one line of JSON with the
//! seconds of each epoch and its loss.

use std::time::Instant;

use clap::{Parser, ValueEnum};
use serde_json::json;
use tapeloop::data::{Dataset, Inputs};
use tapeloop::nn::{Activation, Dense, Embedding, SimpleRnn};
use tapeloop::optim::{Adam, RmsProp};
use tapeloop::train::{Fit, InputShape, Loss, Metric, Model, Sequential};

#[derive(Parser)]
struct Args {
    /// Which net.
    #[arg(long, value_enum, default_value = "mnist")]
    net: Kind,
    /// How many rows of data there are.
    #[arg(long, default_value_t = 2000)]
    rows: usize,
    /// How many epochs are timed.
    #[arg(long, default_value_t = 1)]
    epochs: usize,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// A tenth of it all.
    #[arg(long)]
    test: bool,
    /// What `cargo bench` says; ignored.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Kind {
    /// 28 rows of 28 pixels, SimpleRnn(128), Dense(10); batches of 50, Adam.
    Mnist,
    /// 500 words of 10,000, Embedding(32), SimpleRnn(32), Dense(1); batches of 128, RMSprop.
    Imdb,
}

/// The same number in any language.
fn number(i: usize) -> usize {
    (i.wrapping_mul(2_654_435_761) & 0xffff_ffff) >> 12
}

fn main() {
    let args = Args::parse();
    let rows = if args.test { args.rows / 10 } else { args.rows };
    rayon::ThreadPoolBuilder::new().num_threads(args.threads).build_global().expect("a pool");
    let (mut model, data, mut fit) = match args.net {
        Kind::Mnist => mnist(rows),
        Kind::Imdb => imdb(rows),
    };
    let (mut seconds, mut losses) = (Vec::new(), Vec::new());
    for _ in 0..=args.epochs {
        let start = Instant::now();
        let history = model.fit(&data, &mut fit).expect("data that fit");
        seconds.push(start.elapsed().as_secs_f64());
        losses.push(history.last("loss").expect("an epoch"));
        assert!(losses.iter().all(|loss| loss.is_finite()), "the loss is {losses:?}");
    }
    // The first epoch takes memory from the system.
    println!("{}", json!({ "seconds": seconds[1..], "loss": losses[1..] }));
}

fn mnist(rows: usize) -> (Model, Dataset, Fit<'static>) {
    let pixels = (0..rows * 784).map(|i| (number(i) % 256) as u8).collect();
    let data =
        Dataset::new(Inputs::images(28, 28, pixels), (0..rows).map(|i| number(i) % 10).collect::<Vec<_>>());
    let net = Sequential::new().add(SimpleRnn::new(128)).add(Dense::new(10));
    let fit = Fit {
        loss: Loss::CategoricalCrossEntropyLogits,
        optimizer: Adam::keras(1e-3).into(),
        metrics: vec![Metric::Accuracy],
        batch: 50,
        progress: false,
        ..Fit::default()
    };
    (net.build(InputShape::sequence(28, 28), 0).expect("a net"), data.expect("data"), fit)
}

fn imdb(rows: usize) -> (Model, Dataset, Fit<'static>) {
    let ids = (0..rows * 500).map(|i| number(i) % 10_000).collect();
    let data = Dataset::new(Inputs::ids(500, ids), (0..rows).map(|i| number(i) % 2).collect::<Vec<_>>());
    let net = Sequential::new()
        .add(Embedding::new(10_000, 32))
        .add(SimpleRnn::new(32))
        .add(Dense::new(1).activation(Activation::Sigmoid));
    let fit = Fit {
        loss: Loss::BinaryCrossEntropy,
        optimizer: RmsProp::keras(1e-3).into(),
        metrics: vec![Metric::BinaryAccuracy { threshold: 0.5 }],
        batch: 128,
        progress: false,
        ..Fit::default()
    };
    (net.build(InputShape::tokens(500), 0).expect("a net"), data.expect("data"), fit)
}
