//! Backpropagation through time with less memory: what it costs, measured beside what it should.
//!
//! `cargo run --release --example checkpointing`
//!
//! The gradient of one LSTM over sequences of up to 10,000 steps: with all steps on the tape, in `√T` pieces, and with 10 slots for
//! states. All of them are the same, bit by bit; the program looks. `measure.rs` is what is measured.

#[macro_use]
#[path = "../sine/say.rs"]
mod say;

mod measure;
#[path = "../sine/options.rs"]
#[allow(dead_code)]
mod options;
#[path = "../sine/program.rs"]
mod program;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use tapeloop::bptt::Plan;
use tapeloop::plot::{Panel, Picture};

use measure::{Net, Point};
use options::whole;

/// The gradient of an LSTM over long sequences with less memory: bytes, steps computed twice, and time, beside the theory.
#[derive(Parser)]
#[command(name = "checkpointing", allow_negative_numbers = true)]
struct Args {
    /// Steps of the longest sequence
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = whole::<10, 100_000>)]
    longest: usize,
    /// Units, H
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = whole::<1, 1_000>)]
    units: usize,
    /// States kept at a time
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = whole::<1, 1_000>)]
    slots: usize,
    /// Seed of the weights
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Where the picture goes
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
}

/// A way to the gradient, for sequences of so many steps.
type Way = (&'static str, fn(&Args, usize) -> Plan);

const WAYS: [Way; 3] = [
    ("all steps", |_, _| Plan::Pieces(1)),
    ("√T pieces", |_, steps| Plan::sqrt(steps)),
    ("slots", |args, _| Plan::Slots(args.slots)),
];

fn main() -> ExitCode {
    program::main(run)
}

fn run(args: &Args) -> Result<(), String> {
    options::check_writable(&args.out).map_err(|error| error.to_string())?;
    let (clock, net) = (Instant::now(), Net::new(args.units, args.seed));
    let lengths = [10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000];
    let mut lengths: Vec<usize> = lengths.into_iter().filter(|&steps| steps < args.longest).collect();
    lengths.push(args.longest);

    let style = ProgressStyle::with_template("{bar:40.cyan/blue} {pos:>3}/{len}  {elapsed}  {msg}");
    let bar =
        ProgressBar::new((WAYS.len() * lengths.len()) as u64).with_style(style.expect("a valid template"));
    say!(
        "{:>7} {:<10} {:>12} {:>12} {:>16} {:>16} {:>10}",
        "T",
        "",
        "kB",
        "theory",
        "forward steps/T",
        "theory",
        "µs/step"
    );
    let mut points: Vec<Vec<Point>> = vec![Vec::new(); WAYS.len()];
    for &steps in &lengths {
        let mut bits = None;
        for ((name, plan), points) in WAYS.into_iter().zip(&mut points) {
            bar.set_message(format!("{name}, T = {steps}"));
            let (point, gradient) = net.measure(steps, plan(args, steps));
            if bits.get_or_insert_with(|| gradient.clone()) != &gradient {
                return Err(format!(
                    "the gradient of {name} differs at T = {steps}: a mistake in this crate"
                ));
            }
            bar.suspend(|| say!("{steps:>7} {name:<10} {point}"));
            points.push(point);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();

    let picture = draw(&points, args).map_err(|error| error.to_string())?;
    let last = |way: usize| points[way].last().expect("one length at least");
    say!(
        "result: bytes_all={} bytes_pieces={} bytes_slots={} work_pieces={:.3} work_slots={:.3} same_bits=true seconds={:.2} picture={}",
        last(0).bytes,
        last(1).bytes,
        last(2).bytes,
        last(1).work,
        last(2).work,
        clock.elapsed().as_secs_f64(),
        picture.display()
    );
    Ok(())
}

fn draw(points: &[Vec<Point>], args: &Args) -> Result<PathBuf, tapeloop::Error> {
    let path = Path::join(&args.out, "checkpointing.svg");
    let with_curves = |panel: Panel, measured: fn(&Point) -> f64, theory: fn(&Point) -> f64| {
        let names = ["all steps", "√T pieces", &format!("{} slots", args.slots)];
        let lines = points.iter().zip(names).fold(panel.log_x(), |panel, (points, name)| {
            panel.line(name, points.iter().map(|p| (p.steps as f64, theory(p))))
        });
        lines.dots("measured", points.iter().flatten().map(|p| (p.steps as f64, measured(p))))
    };
    let memory = Panel::new("Memory (lines: theory)", "T", "kB").log_y();
    let work = Panel::new("Steps computed forwards (lines: theory)", "T", "steps ÷ T");
    Picture::new("The same gradient with less memory")
        .panel(with_curves(memory, |p| p.bytes as f64 / 1e3, |p| p.bytes_in_theory / 1e3))
        .panel(with_curves(work, |p| p.work, |p| p.work_in_theory))
        .save(&path)?;
    Ok(path)
}
