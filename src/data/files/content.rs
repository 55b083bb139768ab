//! What stands in a file, compressed or not.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use rawzip::{CompressionMethod, FileReader, ZipArchive, ZipArchiveEntryWayfinder};

use super::super::open::open;
use super::source::{Source, unpacked_limit};
use crate::error::{Error, short};

/// The content of a file, of a gzip file, or of an array in an npz file, read from its first byte on.
pub(super) struct Content<'a> {
    path: &'a Path,
    /// The array's name in an npz file; otherwise empty.
    member: &'a str,
    source: Source<'a>,
    reader: BufReader<Box<dyn Read + 'a>>,
    /// How much has been read.
    offset: u64,
    /// How much there is in a file; in what is compressed, how much there may be.
    limit: u64,
}

impl<'a> Content<'a> {
    /// The content of this file, unpacked if it begins as gzip does, whatever its name.
    pub fn open(path: &'a Path, wanted: &str) -> Result<Self, Error> {
        let (file, size) = open(path, wanted)?;
        let mut magic = Vec::new();
        file.take(2)
            .read_to_end(&mut magic)
            .map_err(|source| Error::Read { path: path.to_owned(), source })?;
        match magic == [0x1f, 0x8b] {
            true => Self::from(path, "", Source::Gzip(path), unpacked_limit(size)),
            false => Self::from(path, "", Source::File(path), size),
        }
    }

    /// The content of a member of an npz file, which says that it has this many bytes.
    pub fn member(
        path: &'a Path,
        name: &'a str,
        archive: &'a ZipArchive<FileReader>,
        place: ZipArchiveEntryWayfinder,
        method: CompressionMethod,
    ) -> Result<Self, Error> {
        Self::from(path, name, Source::Member(archive, place, method), place.uncompressed_size_hint())
    }

    fn from(path: &'a Path, member: &'a str, source: Source<'a>, limit: u64) -> Result<Self, Error> {
        let reader = source.open().map_err(|e| unreadable(path, member, 0, e))?;
        Ok(Self { path, member, source, reader, offset: 0, limit })
    }

    /// The same, from its first byte on.
    pub fn again(&self) -> Result<Self, Error> {
        Self::from(self.path, self.member, self.source, self.limit)
    }

    /// How much has been read.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The next bytes. `part` is what they are a part of.
    pub fn bytes<const N: usize>(&mut self, part: &str) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        match self.reader.buffer().first_chunk() {
            Some(buffered) => {
                bytes = *buffered;
                self.reader.consume(N);
                self.offset += N as u64;
            }
            None => self.fill(&mut bytes, part)?,
        }
        Ok(bytes)
    }

    /// The next bytes, as many as there is space for.
    pub fn fill(&mut self, mut space: &mut [u8], part: &str) -> Result<(), Error> {
        while !space.is_empty() {
            match self.reader.read(space) {
                Ok(0) => return Err(self.error(format!("ends within {part}; it is cut off, get it again"))),
                Ok(read) => {
                    self.offset += read as u64;
                    space = &mut space[read..];
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(self.unreadable(self.offset, e)),
            }
        }
        Ok(())
    }

    /// Whether nothing is left.
    pub fn is_at_end(&mut self) -> Result<bool, Error> {
        loop {
            match self.reader.fill_buf() {
                Ok(buffer) => return Ok(buffer.is_empty()),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(self.unreadable(self.offset, e)),
            }
        }
    }

    /// Checks that exactly so many bytes are left, which the header has `declared` to be what it says.
    pub fn check_rest(&self, bytes: u64, declared: &str) -> Result<(), Error> {
        let end = self.offset.saturating_add(bytes);
        let length = match self.source {
            Source::File(_) => self.limit,
            Source::Gzip(_) if end > self.limit => {
                let (limit, size) = (self.limit >> 20, end >> 20);
                return Err(self.error(format!(
                    "{declared}, {size} MiB, where so small a gzip file is unpacked only up to {limit} MiB; unpack it \
                     with gunzip and give that file",
                )));
            }
            Source::Gzip(_) | Source::Member(..) => self.measure(end.saturating_add(1))?,
        };
        let left = match length.saturating_sub(self.offset) {
            left if left == bytes => return Ok(()),
            left if left > bytes => "more".into(),
            left => format!("only {left}"),
        };
        Err(self.error(format!("{declared}, {bytes} bytes, but {left} follow; it is damaged, get it again")))
    }

    /// How many bytes there are, at most `most`: unpacked without being kept.
    fn measure(&self, most: u64) -> Result<u64, Error> {
        let mut reader = self.source.open().map_err(|e| self.unreadable(0, e))?;
        let mut length = 0;
        while length < most {
            match reader.fill_buf() {
                Ok([]) => break,
                Ok(buffer) => {
                    let read = buffer.len();
                    reader.consume(read);
                    length += read as u64;
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(self.unreadable(length, e)),
            }
        }
        Ok(length)
    }

    /// What is wrong at the place up to which has been read.
    pub fn error(&self, problem: impl Into<String>) -> Error {
        self.error_at(self.offset, problem)
    }

    /// What is wrong at this place.
    pub fn error_at(&self, offset: u64, problem: impl Into<String>) -> Error {
        binary(self.path, self.member, offset, &problem.into())
    }

    fn unreadable(&self, offset: u64, error: io::Error) -> Error {
        unreadable(self.path, self.member, offset, error)
    }
}

fn unreadable(path: &Path, member: &str, offset: u64, source: io::Error) -> Error {
    match source.kind() {
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof => binary(
            path,
            member,
            offset,
            &format!("cannot be unpacked ({source}); it is damaged, get it again"),
        ),
        _ => Error::Read { path: path.to_owned(), source },
    }
}

fn binary(path: &Path, member: &str, offset: u64, problem: &str) -> Error {
    let array = if member.is_empty() { String::new() } else { format!("array {}: ", short(member)) };
    Error::Binary { path: path.to_owned(), offset, problem: array + problem }
}
