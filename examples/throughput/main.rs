//! How fast is a recurrent layer on this machine, and how far is that from what the machine can do?
//!
//! `cargo run --release --example throughput` for a table of all cells,
//! `cargo run --release --example throughput -- lstm --batch 64 --time 50 --input 512 --hidden 512` for one of them, and with
//! `--help` all that it can do.
//!
//! `benches/common/cells.rs` is what is timed, `benches/common/cost.rs` what it costs at least, `measure.rs` the measurement.

#[macro_use]
#[path = "../sine/say.rs"]
mod say;

mod args;
#[path = "../../benches/common/cells.rs"]
#[allow(dead_code)]
mod cells;
mod growth;
#[path = "../../benches/fast_matmul/machine.rs"]
#[allow(dead_code)]
mod machine;
mod measure;
#[path = "../sine/options.rs"]
#[allow(dead_code)]
mod options;
#[path = "../sine/program.rs"]
mod program;
mod report;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use rayon::ThreadPoolBuilder;

use args::Args;
use growth::{Axis, Growth};
use measure::measure;

fn main() -> ExitCode {
    program::main(run)
}

fn run(args: &Args) -> Result<(), String> {
    let (clock, groups) = (Instant::now(), args.groups()?);
    if let Some(picture) = &args.growth {
        let folder = picture.parent().filter(|folder| !folder.as_os_str().is_empty());
        options::check_writable(folder.unwrap_or(Path::new("."))).map_err(|error| error.to_string())?;
    }
    let pool = ThreadPoolBuilder::new().num_threads(args.threads.unwrap_or(0)).build();
    let pool = pool.map_err(|error| format!("can't start the threads: {error}"))?;
    let rounds = args.rounds.unwrap_or(if groups.len() == 1 { 9 } else { 3 });

    if !args.json {
        say!("{}", report::head(args, pool.current_num_threads()));
    }
    let style = ProgressStyle::with_template("{bar:40.cyan/blue} {pos:>5}/{len}  {elapsed}  {msg}");
    let bar = ProgressBar::new(groups.len() as u64).with_style(style.expect("a valid template"));
    let (mut rows, mut growths) = (Vec::new(), Vec::new());
    for (cases, axis) in groups.iter().zip([Axis::T, Axis::B].into_iter().cycle()) {
        bar.set_message(report::name(cases[0]));
        let measured = pool.install(|| match args.f64 {
            true => measure::<f64>(cases, rounds, args.profile),
            false => measure::<f32>(cases, rounds, args.profile),
        });
        if args.growth.is_some() {
            growths.push(Growth::new(axis, &measured));
        }
        for row in measured {
            bar.suspend(|| if args.json { say!("{}", row.json()) } else { say!("{row}") });
            rows.push(row);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if let (Some(path), Some(size)) = (&args.growth, args.size()) {
        growth::draw(&growths, size, path).map_err(|error| error.to_string())?;
        growths.iter().for_each(|growth| say!("{}", growth.sentence()));
        say!("{} seconds={:.2}", growth::result(&growths), clock.elapsed().as_secs_f64());
    } else if !args.json {
        say!("{} seconds={:.2}", report::result(&rows), clock.elapsed().as_secs_f64());
    }
    Ok(())
}
