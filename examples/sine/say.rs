//! Standard output that may end before the program does.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write, stderr, stdout};
use std::process::exit;

/// Like `println!`, which panics where nobody listens any more (`sine | head -1`).
macro_rules! say {
    ($($what:tt)*) => { $crate::say::text(format_args!("{}\n", format_args!($($what)*))) };
}

/// Writes, or ends the program: quietly if the reader has gone, with a sentence if it can't be written.
pub fn text(text: Arguments<'_>) {
    if let Err(error) = stdout().write_fmt(text) {
        if error.kind() == ErrorKind::BrokenPipe {
            exit(0);
        }
        complain(format_args!("can't write to the standard output: {error}"));
        exit(2);
    }
}

/// Says on standard error what went wrong, if somebody listens there.
pub fn complain(problem: Arguments<'_>) {
    let _ = writeln!(stderr(), "error: {problem}");
}
