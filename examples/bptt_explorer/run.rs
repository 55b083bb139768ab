//! The command: its options, and a study of each cell at each length.

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use serde_json::{Map, Value, json};
use tapeloop::nn::{Gru, Lstm, SimpleRnn};
use tapeloop::{Error, Init};

use crate::cells::{CELLS, CellText};
use crate::options::{check_writable, positive, whole};
use crate::page;
use crate::progress::Progress;
use crate::study::Study;

/// Writes a page that shows backpropagation through time, step by step, in an Elman net, an LSTM and a GRU.
#[derive(Parser)]
#[command(name = "bptt_explorer", allow_negative_numbers = true)]
pub struct Args {
    /// Steps of a sequence, T, as a list of up to 6; for each there are nets of its own
    #[arg(long, value_name = "N,N,…", value_delimiter = ',', default_value = "5,10,30,100", value_parser = whole::<2, 200>)]
    lengths: Vec<usize>,
    /// Units, H
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = whole::<1, 16>)]
    units: usize,
    /// Training steps of each net
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = whole::<1, 1_000_000>)]
    steps: usize,
    /// Sequences in a batch of the training
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = whole::<1, 1_000>)]
    batch: usize,
    /// The learning rate, Adam's
    #[arg(long, value_name = "RATE", default_value_t = 0.01, value_parser = positive)]
    lr: f64,
    /// Seed of weights and sequences
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Where the page goes
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
}

/// Lengths that a page may have.
const MOST_LENGTHS: usize = 6;

pub fn run(args: &Args) -> Result<(), String> {
    let Args { units, steps, batch, lr, seed, ref out, .. } = *args;
    let mut lengths = args.lengths.clone();
    lengths.sort_unstable();
    lengths.dedup();
    if lengths.len() > MOST_LENGTHS {
        return Err(format!("--lengths has {} of them; a page has at most {MOST_LENGTHS}", lengths.len()));
    }
    check_writable(out).map_err(|error| error.to_string())?;
    let clock = Instant::now();

    say!("The sum of two marked numbers; always answering 1 has a mean squared error of 0.167\n");
    say!("{:<6} {:>6} {:>24} {:>10} {:>12}", "cell", "steps", "‖∂L/∂h_1‖ / ‖∂L/∂h_T‖", "after", "error");
    // All weights of all cells alike: what differs is the cell. (And the LSTM's f has a bias of 1.)
    let bound = 1.0 / (units as f64).sqrt();
    let init = Init::Uniform { low: -bound, high: bound };
    let (mut runs, mut sequences) = (Vec::new(), Map::new());
    for &length in &lengths {
        let study = Study { length, batch, steps, lr, seed };
        sequences.insert(length.to_string(), study.sequence());
        for cell in &CELLS {
            let progress = Progress::new(steps);
            let looks = match cell.name {
                "rnn" => study.cell(cell, SimpleRnn::new(units).init(init, init), &progress)?,
                "lstm" => study.cell(cell, Lstm::new(units).init(init, init), &progress)?,
                _ => study.cell(cell, Gru::new(units).init(init, init), &progress)?,
            };
            progress.finish();
            for (look, trained) in looks.into_iter().zip([false, true]) {
                runs.push(json!({ "cell": cell.name, "length": length, "trained": trained, "look": look }));
            }
        }
    }

    let page = page::page(&json!({
        "options": { "lengths": lengths, "units": units, "steps": steps, "batch": batch, "lr": lr, "seed": seed.to_string() },
        "cells": CELLS.iter().map(CellText::json).collect::<Value>(),
        "sequences": sequences,
        "runs": runs,
    }));
    let path = out.join("bptt_explorer.html");
    let written = std::fs::write(&path, &page);
    written.map_err(|source| Error::Write { path: path.clone(), source }.to_string())?;
    say!(
        "result: runs={} steps={steps} bytes={} seconds={:.2} page={}",
        runs.len(),
        page.len(),
        clock.elapsed().as_secs_f64(),
        path.display()
    );
    Ok(())
}
