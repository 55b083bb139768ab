//! The numbers of the book in `docs/book`: `cargo run --release --example book -- 3` computes those of chapter 3.
//!
//! A chapter's program prints what the chapter shows; `tests/book.rs` compares the two.

#[macro_use]
#[path = "../sine/say.rs"]
mod say;

#[path = "../sine/options.rs"]
#[allow(dead_code)] // what is about files and rates: there are none here
mod options;
#[path = "../sine/program.rs"]
mod program;

mod counted;
mod echo;
mod mistakes;
mod waves;

mod chapter_01;
mod chapter_02;
mod chapter_03;
mod chapter_04;
mod chapter_05;
mod chapter_06;
mod chapter_07;
mod chapter_08;
mod chapter_09;
mod chapter_10;

use std::process::ExitCode;

use clap::Parser;

/// The numbers that a chapter of the book shows
#[derive(Parser)]
#[command(name = "book")]
struct Args {
    /// Which chapter, 1 to 10
    #[arg(value_parser = options::whole::<1, 10>)]
    chapter: usize,
}

fn main() -> ExitCode {
    program::main(|args: &Args| {
        let chapters = [
            chapter_01::print,
            chapter_02::print,
            chapter_03::print,
            chapter_04::print,
            chapter_05::print,
            chapter_06::print,
            chapter_07::print,
            chapter_08::print,
            chapter_09::print,
            chapter_10::print,
        ];
        chapters[args.chapter - 1]();
        Ok(())
    })
}
