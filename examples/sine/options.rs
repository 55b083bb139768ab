//! Options that can't be used: of any example.

use std::fs;
use std::path::Path;

use tapeloop::Error;

/// What is wrong with the options of the command line, as one sentence. If it was help that was asked for, shows it and ends
/// the program.
pub fn sentence(error: &clap::Error) -> String {
    if !error.use_stderr() {
        error.exit(); // --help
    }
    // Up to the first blank line: what is wrong, and what is possible. The rest is about usage.
    let text = error.to_string();
    let lines = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim);
    let sentence = lines.collect::<Vec<_>>().join(" ");
    sentence.trim_start_matches("error: ").to_owned()
}

/// Before the training, not after: can the picture be written?
pub fn check_writable(folder: &Path) -> Result<(), Error> {
    let trial = folder.join(format!(".trial-{}", std::process::id()));
    let write = fs::create_dir_all(folder)
        .and_then(|()| fs::write(&trial, ""))
        .and_then(|()| fs::remove_file(&trial));
    write.map_err(|source| Error::Write { path: folder.to_owned(), source })
}

/// An option that is a number greater than 0.
pub fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|&x: &f64| x.is_finite() && x > 0.0);
    number.ok_or_else(|| "it must be a number greater than 0".into())
}

/// An option that is a whole number in a range.
pub fn whole<const LEAST: usize, const MOST: usize>(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|n| (LEAST..=MOST).contains(n));
    number.ok_or_else(|| format!("it must be a whole number from {LEAST} to {MOST}"))
}
