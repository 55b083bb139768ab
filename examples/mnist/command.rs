//! What the commands mnist and imdb have in common.

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use tapeloop::Error;
use tapeloop::nn::{Gru, Lstm, SimpleRnn};
use tapeloop::train::{Describe, History};

use crate::{options, say};

/// A recurrent layer by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Cell {
    /// Elman's net: h ← tanh(x·W + h·U + b)
    Rnn,
    /// Long short-term memory, Hochreiter & Schmidhuber 1997
    Lstm,
    /// Gated recurrent unit, Cho et al. 2014
    Gru,
}

impl Cell {
    /// The layer, which returns all its states or the last one.
    pub fn layer(self, units: usize, sequences: bool) -> Box<dyn Describe<f32>> {
        match self {
            Self::Rnn => Box::new(SimpleRnn::new(units).return_sequences(sequences)),
            Self::Lstm => Box::new(Lstm::new(units).return_sequences(sequences)),
            Self::Gru => Box::new(Gru::new(units).return_sequences(sequences)),
        }
    }
}

/// Why a run ends early.
pub enum Stop {
    /// Options or files that nothing can be done with: exit code 2.
    Unusable(String),
    /// Numbers beyond what an f32 holds: exit code 1.
    Diverged(String),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl Stop {
    /// If a run was ended by a loss that is no number.
    pub fn if_diverged(history: &History) -> Result<(), Self> {
        let problem =
            |why| format!("training diverged in epoch {}: {why}; try a smaller --lr", history.epochs());
        history.stopped().map_or(Ok(()), |why| Err(Self::Diverged(problem(why))))
    }
}

/// Reads the options and runs the command with them.
pub fn main<A: Parser>(run: impl FnOnce(&A) -> Result<(), Stop>) -> ExitCode {
    let args = A::try_parse().map_err(|error| Stop::Unusable(options::sentence(&error)));
    let (problem, code) = match args.and_then(|args| run(&args)) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Stop::Unusable(problem)) => (problem, 2),
        Err(Stop::Diverged(problem)) => (problem, 1),
    };
    say::complain(format_args!("{problem}"));
    ExitCode::from(code)
}
