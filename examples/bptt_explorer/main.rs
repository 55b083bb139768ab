//! Backpropagation through time as a page to look at: values go right, gradients come back left, each step adds to `∂L/∂W`.
//!
//! `cargo run --release --example bptt_explorer`, then open `out/bptt_explorer.html` in a browser. The page needs nothing else: no
//! network, no other file.
//!
//! `study.rs` trains the nets and reads the traced tapes; `cells.rs` has the names and equations of the cells; `page.rs` makes one file of the
//! numbers, `page.html`, `page.css` and the scripts: `page.js` (the switches, texts and tables), `net.js` (the unrolled net),
//! `charts.js` (curves, bars, heat maps).

#[macro_use]
#[path = "../sine/say.rs"]
mod say;

mod cells;
#[path = "../sine/options.rs"]
mod options;
mod page;
#[path = "../sine/program.rs"]
mod program;
#[path = "../sine/progress.rs"]
#[allow(dead_code)] // what is about epochs and curves: there are none here
mod progress;
mod run;
mod study;

use std::process::ExitCode;

fn main() -> ExitCode {
    program::main(run::run)
}
