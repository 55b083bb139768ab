//! The options.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Parser, ValueEnum};
use tapeloop::nn::zoo;

use crate::options::{positive, whole};
use crate::task::{Task, digits, memory, text};

/// What is done, and what is counted.
const NOTES: &str = "\
Tasks, and when one counts as solved:
  adding  the sum of the two marked numbers among T (200); a mean squared error below 0.01 (always answering 1: 0.167)
  copy    ten symbols of eight, again after T steps (100); a cross-entropy below a tenth of what is possible without memory
  order   in which order X and Y came, in T to 1.1·T symbols (100); 99 % right
  digits  8 × 8 pixels, row by row or, with --pixels, one by one; 90 % right
  text    the next character of Alice in Wonderland, in pieces of T (50), the state carried on; 2.5 bits a character

All is measured on sequences that are not trained with, every 50 steps and after the last one: \"solved at step\" is the first time. Text: on the last tenth of the \
book. All cells begin with the weights that their descriptions give them, and get the same batches; Adam, and gradients clipped at norm 1. \
A cell whose loss is no finite number any more is out, and the race goes on.

‖∂L/∂s_1‖/‖∂L/∂s_T‖: before training, with the loss of the last step, in f64; s is all that a cell carries from step to step, h or h and c.";

/// What is to be learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// The adding problem
    Adding,
    /// The copying memory problem
    Copy,
    /// Temporal order
    Order,
    /// Handwritten digits
    Digits,
    /// A text, character by character
    Text,
}

/// All cells of the zoo learn the same task, with the same budget.
#[derive(Parser)]
#[command(name = "zoo", allow_negative_numbers = true, after_help = NOTES)]
pub struct Args {
    /// What is to be learned
    #[arg(long, value_enum, default_value = "adding")]
    task: Kind,
    /// Which cells, with commas between them
    #[arg(
        long,
        value_name = "NAMES",
        default_value = "all",
        value_delimiter = ',',
        value_parser = PossibleValuesParser::new(["all"].iter().chain(zoo::NAMES))
    )]
    cells: Vec<String>,
    /// Units, H
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = whole::<1, 1024>)]
    pub hidden: usize,
    /// Training steps
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = whole::<1, 10_000_000>)]
    pub steps: usize,
    /// Sequences in a batch, B
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = whole::<1, 1024>)]
    pub batch: usize,
    /// The length of the task, T [default: as below]
    #[arg(long, value_name = "N", value_parser = whole::<10, 10_000>)]
    time: Option<usize>,
    /// The learning rate
    #[arg(long, value_name = "RATE", default_value_t = 0.005, value_parser = positive)]
    pub lr: f64,
    /// Digits: pixel by pixel, 64 steps, and not row by row, 8 steps
    #[arg(long)]
    pixels: bool,
    /// Text: at the end, print so many characters that the best net writes by itself
    #[arg(long, value_name = "N", value_parser = whole::<1, 100_000>)]
    pub sample: Option<usize>,
    /// Text: the logits of the sample are divided by this; the smaller, the surer [default: 1]
    #[arg(long, value_name = "X", value_parser = positive, requires = "sample")]
    temperature: Option<f64>,
    /// Seed of weights and sequences
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// How many seeds, from that one on; the table has medians then, from – to
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = whole::<1, 100>)]
    pub seeds: usize,
    /// Write the table as Markdown, too
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Train nothing: draw which cell came from which, family.svg
    #[arg(long)]
    pub family: bool,
    /// Where the picture goes
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
}

impl Args {
    /// Whether this cell takes part.
    pub fn takes(&self, cell: &str) -> bool {
        self.cells.iter().any(|asked| asked == cell || asked == "all")
    }

    /// How many cells take part.
    pub fn count(&self) -> usize {
        zoo::NAMES.iter().filter(|cell| self.takes(cell)).count()
    }

    /// What the sample's logits are divided by.
    pub fn temperature(&self) -> f64 {
        self.temperature.unwrap_or(1.0)
    }

    /// The name of the task.
    pub fn name(&self) -> &'static str {
        match self.task {
            Kind::Adding => "adding",
            Kind::Copy => "copy",
            Kind::Order => "order",
            Kind::Digits => "digits",
            Kind::Text => "text",
        }
    }

    /// The task; or what is wrong with the options, as one sentence.
    pub fn task(&self) -> Result<Task, String> {
        let only = |option: &str, kind: Kind| match self.task == kind {
            true => Ok(()),
            false => Err(format!("{option} is not for --task {}", self.name())),
        };
        if self.pixels {
            only("--pixels", Kind::Digits)?;
        }
        if self.sample.is_some() {
            only("--sample", Kind::Text)?;
        }
        let (batch, time) = (self.batch, self.time);
        match self.task {
            Kind::Adding => Ok(memory::adding(time.unwrap_or(200), batch)),
            Kind::Copy => Ok(memory::copy(time.unwrap_or(100), batch)),
            Kind::Order => Ok(memory::order(time.unwrap_or(100), batch)),
            Kind::Digits if time.is_some() => {
                Err("digits have 8 steps, or 64 with --pixels: --time is not for them".into())
            }
            Kind::Digits => Ok(digits::task(self.pixels, batch)),
            Kind::Text => text::task(time.unwrap_or(50), batch),
        }
    }
}
