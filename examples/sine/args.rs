//! The options.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use tapeloop::optim::{Adam, Optimizer, RmsProp, Schedule, Sgd};

use crate::Stop;
use crate::options::{positive, whole};

/// Trains an Elman net to continue a sine or a series of yours: ten numbers in, the next one out.
#[derive(Clone, Debug, Parser)]
#[command(name = "sine", allow_negative_numbers = true)]
pub struct Args {
    /// What to continue: `sine`, `sunspots` (yearly, 1700–2008), or a CSV file
    #[arg(long, value_name = "DATA", default_value = "sine")]
    pub data: String,
    /// Which column of the CSV file: a name, or a number from 1
    #[arg(long, value_name = "NAME")]
    pub column: Option<String>,
    /// Passes over the training windows [default: 10 for the sine, 30 for a series]
    #[arg(long, value_name = "N", value_parser = whole::<1, 1_000_000>)]
    pub epochs: Option<usize>,
    /// Windows in a batch
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = whole::<1, 1_000_000>)]
    pub batch: usize,
    /// tanh units
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = whole::<1, 1024>)]
    pub hidden: usize,
    /// How gradients become new weights
    #[arg(long, value_enum, default_value = "adam")]
    pub optimizer: Rule,
    /// The learning rate, or where it starts [default: 0.01 for adam, 0.002 for rmsprop, 0.05 for sgd]
    #[arg(long, value_name = "RATE", value_parser = positive)]
    pub lr: Option<f64>,
    /// Shorten the gradient of all weights to this norm where it is longer
    #[arg(long, value_name = "NORM", value_parser = positive)]
    pub clip_norm: Option<f64>,
    /// Seed of weights, windows and batches
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Do what the tutorial's program does: a new Adam(1e-4) for every step, and the state carried over
    /// from batch to batch
    #[arg(long, conflicts_with_all = ["optimizer", "lr", "clip_norm"])]
    pub as_tutorial: bool,
    /// Where the picture goes
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
}

/// An optimizer by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Rule {
    /// w ← w − η·g with a constant rate η
    Sgd,
    /// Each weight's step divided by the size of its recent gradients; η falls along half a cosine
    Rmsprop,
    /// RMSprop with momentum; η falls along half a cosine
    Adam,
}

impl Args {
    /// The options of the command line. What is wrong with them is one sentence.
    pub fn read() -> Result<Self, Stop> {
        Self::try_parse().map_err(|error| Stop::Unusable(crate::options::sentence(&error)))
    }

    /// The learning rate `η` asked for, or a good one.
    pub fn rate(&self) -> f64 {
        self.lr.unwrap_or(match (self.as_tutorial, self.optimizer) {
            (true, _) => 1e-4,
            (_, Rule::Adam) => 0.01,
            (_, Rule::Rmsprop) => 0.002,
            (_, Rule::Sgd) => 0.05,
        })
    }

    /// `η` over so many steps.
    pub fn schedule(&self, steps: usize) -> Schedule {
        let lr = self.rate();
        match self.optimizer {
            Rule::Adam | Rule::Rmsprop if !self.as_tutorial => Schedule::Cosine { lr, floor: 0.0, steps },
            _ => lr.into(),
        }
    }

    /// Whether a step is −η·g and nothing else.
    pub fn is_plain_descent(&self) -> bool {
        self.optimizer == Rule::Sgd && self.clip_norm.is_none() && !self.as_tutorial
    }

    /// The rule.
    pub fn optimizer(&self) -> Box<dyn Optimizer<f32>> {
        match self.optimizer {
            Rule::Adam => Box::new(Adam::pytorch(self.rate())),
            Rule::Rmsprop => Box::new(RmsProp::pytorch(self.rate())),
            Rule::Sgd => Box::new(Sgd::new(self.rate())),
        }
    }
}
