//! A file whose rows are not too long.

use std::fs::File;
use std::io::{self, Read};

/// More than anybody measures side by side.
const CELLS: usize = 100_000;
const BYTES: usize = 16 << 20;

/// How many bytes are read at once: so many may belong to the rows that follow.
pub(super) const AHEAD: usize = 8 << 10;

/// A file that cannot be read any further once a row goes beyond these limits: a row is held in memory, and a file
/// need not have rows at all.
pub(super) struct Limited {
    file: File,
    bytes: usize,
    commas: usize,
}

impl Limited {
    pub(super) fn new(file: File) -> Self {
        Self { file, bytes: 0, commas: 0 }
    }

    /// A row has been read.
    pub(super) fn next_row(&mut self) {
        (self.bytes, self.commas) = (0, 0);
    }

    /// What is wrong with the current row.
    pub(super) fn problem(&self) -> Option<String> {
        let too =
            |what: String| format!("a row has more than {what}; give a CSV file with a column of numbers");
        match self {
            _ if self.commas > CELLS + AHEAD => Some(too(format!("{CELLS} cells"))),
            _ if self.bytes > BYTES + AHEAD => Some(too(format!("{} MiB", BYTES >> 20))),
            _ => None,
        }
    }
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.bytes += count;
        self.commas += buffer[..count].iter().filter(|&&byte| byte == b',').count();
        self.problem().map_or(Ok(count), |problem| Err(io::Error::other(problem)))
    }
}
