//! What can be wrong with files, settings and a user's data.

use std::path::PathBuf;
use std::{fmt, io};

/// A file, a setting or data that cannot be used: what is wrong, where, and what to do.
///
/// A mistake in a program (shapes that don't fit) is not an `Error`; it panics at the caller's line.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be opened or read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {source}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file can be read, but what stands in it cannot be used.
    #[error("{}{}: {problem}", .path.display(), .line.map_or(String::new(), |line| format!(", line {line}")))]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: Option<u64>,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A binary file can be read, but what stands in it cannot be used.
    #[error("{}, byte {offset}: {problem}", .path.display())]
    Binary {
        /// The file.
        path: PathBuf,
        /// Where, counted from 0; of a compressed file, after decompression.
        offset: u64,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// Layers that don't fit each other, or not the data.
    #[error("{layer}: {problem}")]
    Model {
        /// Its number and name.
        layer: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// Settings or data that nothing can be trained with.
    #[error("{setting}: {problem}")]
    Setting {
        /// Which one.
        setting: &'static str,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// Numbers that nothing can be learnt from.
    #[error("series {}: {problem}", short(.series))]
    Series {
        /// Its name.
        series: String,
        /// What is wrong, and what to do.
        problem: String,
    },
}

/// The sentence: what a program whose `main` returns an error prints.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A user's text in quotes, with the end left out if it is long: a sentence stays one.
pub(crate) fn short(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
