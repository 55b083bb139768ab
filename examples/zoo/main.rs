//! A race: every cell of the zoo learns the same task, with the same batches, the same optimizer, as many steps.
//!
//! `cargo run --release --example zoo -- --task adding`, and with `--help` all that it can do; `--task text --sample 300` writes a text of
//! its own at the end. `docs/zoo.md` has results.
//!
//! `task.rs` is what a task is, `task/` has them; `net.rs` is a cell with a read-out; `race.rs` trains one; `table.rs` and `picture.rs` show what
//! came out; `family.rs` draws who came from whom. The cells come from `nn::zoo::visit`: a cell that is added there takes part.

#[macro_use]
#[path = "../sine/say.rs"]
mod say;

mod args;
mod family;
mod net;
#[path = "../sine/options.rs"]
mod options;
mod picture;
#[path = "../sine/program.rs"]
mod program;
#[path = "../sine/progress.rs"]
#[allow(dead_code)] // what is about epochs: there are none here
mod progress;
mod race;
mod reach;
mod results;
mod sample;
mod table;
mod task;

use std::process::ExitCode;
use std::time::Instant;

use tapeloop::nn::zoo;

use args::Args;
use race::Race;

fn main() -> ExitCode {
    program::main(run)
}

fn run(args: &Args) -> Result<(), String> {
    let (clock, task) = (Instant::now(), args.task()?);
    let writable = |error: tapeloop::Error| error.to_string();
    options::check_writable(&args.out).map_err(writable)?;
    if args.family {
        let (path, cells) = family::draw(&args.out).map_err(writable)?;
        say!("result: cells={cells} picture={}", path.display());
        return Ok(());
    }
    if let Some(folder) = args.markdown.as_ref().and_then(|file| file.parent()) {
        options::check_writable(if folder.as_os_str().is_empty() { ".".as_ref() } else { folder })
            .map_err(writable)?;
    }
    say!("{}", task.about);
    say!("solved: {}; without memory: {:.4}\n", task.goal, task.baseline);

    let mut race = Race::new(args, &task);
    zoo::visit(args.hidden, &mut race);
    let mut entries = race.finish();
    entries.sort_by(results::Entry::compare);

    say!("\n{}", table::plain(&task, &entries));
    if let Some(file) = &args.markdown {
        let text = table::markdown(&task, &entries);
        std::fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    if let Some(text) = entries[0].runs[0].sample.as_ref() {
        say!("\n{}, at temperature {}:\n{text}\n", entries[0].name, args.temperature());
    }
    let path = picture::draw(&task, &entries, &args.out).map_err(writable)?;
    say!(
        "{} steps={} seconds={:.2} picture={}",
        results::line(args.name(), &entries),
        args.steps,
        clock.elapsed().as_secs_f64(),
        path.display()
    );
    Ok(())
}
