//! The frame of a program: options, and what went wrong as one sentence.

use std::process::ExitCode;

use clap::Parser;

use crate::{options, say};

/// Runs a program with the options of the command line.
pub fn main<A: Parser>(run: impl FnOnce(&A) -> Result<(), String>) -> ExitCode {
    let args = A::try_parse().map_err(|error| options::sentence(&error));
    match args.and_then(|args| run(&args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            say::complain(format_args!("{problem}"));
            ExitCode::from(2)
        }
    }
}
