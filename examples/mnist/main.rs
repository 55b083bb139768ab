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

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tapeloop::Error;
use tapeloop::data::{Dataset, Images, Inputs, digits};
use tapeloop::nn::Dense;
use tapeloop::optim::{Adam, Clip};
use tapeloop::train::{Fit, InputShape, Loss, Metric, Sequential, TerminateOnNan};

use command::{Cell, Stop};
use confusion::Confusion;
use options::{positive, whole};

/// How many classes there are.
const CLASSES: usize = 10;

/// A recurrent net reads images row by row and says which of ten classes they belong to.
#[derive(Parser)]
#[command(name = "mnist", allow_negative_numbers = true)]
struct Args {
    /// A folder with the four files of MNIST (<https://yann.lecun.com/exdb/mnist/>, mirrored at
    /// <https://ossci-datasets.s3.amazonaws.com/mnist/>) or of Fashion-MNIST
    /// (<https://github.com/zalandoresearch/fashion-mnist>; Debian and Ubuntu: the package dataset-fashion-mnist),
    /// compressed or not [default: 1,797 digits that come with the crate]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The recurrent layer
    #[arg(long, value_enum, default_value = "rnn")]
    cell: Cell,
    /// Its units
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = whole::<1, 1024>)]
    units: usize,
    /// Passes over the training images [default: 5 with --data, else 30]
    #[arg(long, value_name = "N", value_parser = whole::<1, 100_000>)]
    epochs: Option<usize>,
    /// Images in a batch
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = whole::<1, 10_000>)]
    batch: usize,
    /// The learning rate of Adam
    #[arg(long, value_name = "RATE", default_value_t = 1e-3, value_parser = positive)]
    lr: f64,
    /// Clip the gradient of all weights at this norm; 0: never, as in the tutorial, where one run in
    /// ten ends on a bad step
    #[arg(long, value_name = "NORM", default_value_t = 1.0, value_parser = from_0)]
    clip_norm: f64,
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

fn from_0(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|&x: &f64| x.is_finite() && x >= 0.0);
    number.ok_or_else(|| "it must be a number from 0 on".into())
}

fn run(args: &Args) -> Result<(), Stop> {
    options::check_writable(&args.out)?;
    let [train, test] = read(args.data.as_deref())?;
    let &[_, rows, columns] = train.inputs().shape().sizes() else { unreachable!("images") };
    say!("{} images of {rows} × {columns} pixels to train with, {} to test with", train.len(), test.len());

    let mut model = Sequential::new()
        .add(args.cell.layer(args.units, false))
        .add(Dense::new(CLASSES))
        .build(InputShape::sequence(rows, columns), args.seed)?;
    say!("{}", model.summary());

    let mut fit = Fit {
        loss: Loss::CategoricalCrossEntropyLogits,
        optimizer: Adam::tf1(args.lr).into(),
        metrics: vec![Metric::Accuracy],
        epochs: args.epochs.unwrap_or(if args.data.is_some() { 5 } else { 30 }),
        batch: args.batch,
        seed: args.seed,
        validation: Some(&test),
        clip: (args.clip_norm > 0.0).then_some(Clip::GlobalNorm(args.clip_norm)),
        callbacks: vec![Box::new(TerminateOnNan)],
        ..Fit::default()
    };
    let clock = Instant::now();
    let history = model.fit(&train, &mut fit)?;
    let seconds = clock.elapsed().as_secs_f64();
    Stop::if_diverged(&history)?;

    let accuracy = |name| history.last(name).unwrap_or(f64::NAN);
    let confusion = Confusion::new(&model.predict(test.inputs())?, &test, names(args.data.as_deref()));
    confusion.say();
    let picture = args.out.join("mnist.svg");
    history.picture("Images read row by row").heat_map(confusion.map()).save(&picture)?;
    say!(
        "result: train_accuracy={:.4} test_accuracy={:.4} seconds={seconds:.2} picture={}",
        accuracy("accuracy"),
        accuracy("val_accuracy"),
        picture.display()
    );
    Ok(())
}

/// The images to train with and those to test with. Pixels are from 0 to 1.
fn read(folder: Option<&Path>) -> Result<[Dataset; 2], Error> {
    let Some(folder) = folder else {
        let all = digits();
        let (pixels, labels) = (all.pixels.split_at(1437 * 64), all.labels.split_at(1437));
        let set = |pixels: &[u8], labels: &[usize]| {
            Dataset::new(Inputs::bytes(8, 8, pixels.to_vec(), 1.0 / 16.0), labels.to_vec())
        };
        return Ok([set(pixels.0, labels.0)?, set(pixels.1, labels.1)?]);
    };
    let [train, test] = Images::from_folder(folder, CLASSES)?.map(|images| {
        Dataset::new(Inputs::images(images.rows, images.columns, images.pixels), images.labels)
    });
    Ok([train?, test?])
}

/// What Fashion-MNIST's classes are.
const CLOTHES: [&str; CLASSES] =
    ["T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"];

/// The names of the classes: the digits, unless the folder's name says that these are clothes.
fn names(folder: Option<&Path>) -> [String; CLASSES] {
    let folder = folder.map_or(String::new(), |path| path.to_string_lossy().to_lowercase());
    let clothes = folder.contains("fashion");
    std::array::from_fn(|class| if clothes { CLOTHES[class].into() } else { class.to_string() })
}
