//! A recurrent net in pictures: its tape unrolled and folded in time, its gates at each step, its gradients.
//!
//! `cargo run --release --example tape_picture -- --cell lstm --time 3`
//!
//! The net learns to add two marked numbers. Its tape is drawn for a few steps, one by one (`unrolled`), and as one step that stands for all (`folded`), both
//! as SVG and for Graphviz (`dot -Tsvg folded.dot`). `gates.svg` shows what every gate does over a longer sequence, `gradients.svg` how far
//! back gradients reach. `net.rs` is the net, `pictures.rs` what is drawn of it.

#[macro_use]
#[path = "../sine/say.rs"]
mod say;

mod net;
#[path = "../sine/options.rs"]
mod options;
mod pictures;
#[path = "../sine/program.rs"]
mod program;
#[path = "../sine/progress.rs"]
#[allow(dead_code)] // what is about epochs and curves: there are none here
mod progress;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use tapeloop::Error;
use tapeloop::nn::{Gru, Lstm, Recurrent, SimpleRnn, Spec};

use net::Task;
use options::{positive, whole};

/// Pictures of a recurrent net that learns to add: its tape unrolled and folded, its gates over time, its gradients.
#[derive(Parser)]
#[command(name = "tape_picture", allow_negative_numbers = true)]
struct Args {
    /// The cell
    #[arg(long, value_enum, default_value_t = Cell::Lstm)]
    cell: Cell,
    /// Layers, one above the other
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole::<1, 4>)]
    layers: usize,
    /// Time steps of the unrolled tape
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = whole::<2, 60>)]
    time: usize,
    /// Time steps of the sequences it learns from, and for which gates and gradients are drawn
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = whole::<2, 500>)]
    length: usize,
    /// Units of a layer, H
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = whole::<1, 256>)]
    units: usize,
    /// Training steps
    #[arg(long, value_name = "N", default_value_t = 3000, value_parser = whole::<0, 1_000_000>)]
    steps: usize,
    /// The learning rate, Adam's
    #[arg(long, value_name = "RATE", default_value_t = 0.01, value_parser = positive)]
    lr: f64,
    /// Seed of weights and sequences
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Where the pictures go
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
}

/// A recurrent cell by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Cell {
    /// Elman's net
    Rnn,
    /// Long short-term memory, with a forget bias of 1
    Lstm,
    /// Gated recurrent unit
    Gru,
}

fn main() -> ExitCode {
    program::main(run)
}

fn run(args: &Args) -> Result<(), String> {
    options::check_writable(&args.out).map_err(|error| error.to_string())?;
    match args.cell {
        Cell::Rnn => show(args, "rnn", SimpleRnn::pytorch(args.units), &["h"]),
        Cell::Lstm => show(args, "lstm", Lstm::new(args.units), &["i", "f", "o", "c"]),
        Cell::Gru => show(args, "gru", Gru::new(args.units), &["z", "r", "h"]),
    }
}

/// Trains a net with this cell and draws it, and the quantities of these names.
fn show<S: Spec + Copy>(args: &Args, name: &str, cell: Recurrent<S>, names: &[&str]) -> Result<(), String> {
    let clock = Instant::now();
    let Args { layers, time, length, units, steps, lr, seed, .. } = *args;
    let task = Task { layers, length, steps, lr, seed };
    let mut curves = vec![
        ("rnn", task.net("rnn", SimpleRnn::pytorch(units)).gradient_norms()),
        ("gru", task.net("gru", Gru::new(units)).gradient_norms()),
        ("lstm", task.net("lstm", Lstm::new(units)).gradient_norms()),
    ];
    let mut net = task.net(name, cell);
    let mse = net.train();
    say!(
        "{name} adds two of {length} numbers with a mean squared error of {mse:.2e}; always answering 1 has 1.67e-1"
    );
    let trained = format!("{name}, trained");
    curves.push((&trained, net.gradient_norms()));

    let unrolled = net.graph(time);
    let folded = net.graph(length).folded();
    let draw = || {
        pictures::gradients(&args.out, curves)?;
        net.look(|tape, x| pictures::gates(&args.out, tape, x, names))?;
        pictures::tape(&args.out, name, [&unrolled, &folded])
    };
    let picture = draw().map_err(|error: Error| error.to_string())?;
    let lines: usize = folded.nodes.iter().map(|node| node.count).sum();
    say!(
        "{} lines of tape for {time} steps, {lines} for {length}; folded {} nodes",
        unrolled.nodes.len(),
        folded.nodes.len()
    );
    say!(
        "result: nodes={} folded={} mse={mse:.2e} seconds={:.2} picture={}",
        unrolled.nodes.len(),
        folded.nodes.len(),
        clock.elapsed().as_secs_f64(),
        picture.display()
    );
    Ok(())
}
