//! Where contents come from, and unpacking.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::GzDecoder;
use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, FileReader, ZipArchive, ZipArchiveEntryWayfinder};

/// How many bytes a compressed file of this size may hold: 16 MiB, and 32 times what it has itself.
///
/// MNIST's images shrink to a fifth, sparse ones to a thirtieth; deflate can make a thousandth of zeros, and so a bomb
/// of any file.
pub(super) fn unpacked_limit(size: u64) -> u64 {
    size.saturating_mul(32).saturating_add(16 << 20)
}

/// Where a content comes from.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    File(&'a Path),
    Gzip(&'a Path),
    Member(&'a ZipArchive<FileReader>, ZipArchiveEntryWayfinder, CompressionMethod),
}

impl<'a> Source<'a> {
    /// A reader from the first byte on. It fails at the end if the checksum or the size is wrong.
    pub fn open(self) -> io::Result<BufReader<Box<dyn Read + 'a>>> {
        let reader: Box<dyn Read + 'a> = match self {
            Self::File(path) => Box::new(File::open(path)?),
            Self::Gzip(path) => Box::new(OneGzip(GzDecoder::new(BufReader::new(File::open(path)?)))),
            Self::Member(archive, place, method) => {
                let entry =
                    archive.get_entry(place).map_err(|e| io::Error::new(ErrorKind::InvalidData, e))?;
                let bytes = entry.reader();
                match method {
                    CompressionMethod::STORE => Box::new(entry.verifying_reader(bytes)),
                    CompressionMethod::DEFLATE => {
                        Box::new(entry.verifying_reader(DeflateDecoder::new(bytes)))
                    }
                    other => {
                        return Err(invalid_data(format!("it is compressed by {other}, not by deflate")));
                    }
                }
            }
        };
        Ok(BufReader::new(reader))
    }
}

/// Gzip data with nothing behind it.
///
/// Several gzip files in one would be one content (RFC 1952), but a small file could hold a million of them, each of
/// which costs the unpacking of an empty window.
struct OneGzip(GzDecoder<BufReader<File>>);

impl Read for OneGzip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        if read == 0 && !buffer.is_empty() && !self.0.get_mut().fill_buf()?.is_empty() {
            return Err(invalid_data("there are bytes behind the end of the gzip data".into()));
        }
        Ok(read)
    }
}

fn invalid_data(problem: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, problem)
}
