//! npz: several arrays saved by NumPy, in a zip file.

use std::path::{Path, PathBuf};

use rawzip::{CompressionMethod, ErrorKind, FileReader, ZipArchive, ZipArchiveEntryWayfinder};

use super::super::open::open;
use super::content::Content;
use super::npy;
use super::numbers::NumberArray;
use super::source::unpacked_limit;
use crate::error::{Error, short};

/// As many members as a zip file could have before its 64-bit extension. An npz file has a few.
const MOST_MEMBERS: u64 = 65_535;

/// An npz file: named arrays, saved by `numpy.savez` or `numpy.savez_compressed`.
///
/// ```no_run
/// use tapeloop::data::Npz;
///
/// let npz = Npz::open("mnist.npz")?;
/// assert!(npz.names().any(|name| name == "x_train"));
/// let images = npz.read("x_train")?;
/// assert_eq!(images.shape, [60_000, 28, 28]);
/// # Ok::<_, tapeloop::Error>(())
/// ```
///
/// It is a zip file (PKWARE's APPNOTE) with a member `{name}.npy` for each array, as it is or deflated. Names are only
/// names: nothing is written anywhere. Memory: as for [`NumberArray::from_npy`]; all arrays of a file together may have
/// 16 MiB and 32 times the size of the file. For what shrinks even more, use `numpy.savez`.
#[derive(Debug)]
pub struct Npz {
    path: PathBuf,
    archive: ZipArchive<FileReader>,
    /// Sorted by name.
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    name: String,
    place: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    is_encrypted: bool,
}

impl Npz {
    /// Opens the file and reads its table of contents.
    ///
    /// # Errors
    /// If the file cannot be read; if it is no zip file, or damaged; if it has two members of one name, or more than
    /// 65,535, or another count of them than it says; if its arrays are larger than they may be (see above).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        let (file, size) = open(&path, "an npz file")?;
        let mut buffer = vec![0; rawzip::MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let archive = ZipArchive::from_file(file, &mut buffer).map_err(|e| damaged(&path, e))?;
        let members = members(&archive, &mut buffer).map_err(|e| damaged(&path, e))?;
        let npz = Self { path, archive, members };

        let at_end = npz.archive.eocd_offset();
        let error = |problem| Err(Error::Binary { path: npz.path.clone(), offset: at_end, problem });
        let (found, told) = (npz.members.len() as u64, npz.archive.entries_hint());
        if found > MOST_MEMBERS {
            return error(format!("has more than {MOST_MEMBERS} members; give an npz file, which has a few"));
        }
        if found != told {
            return error(format!("has {found} members where it says {told}; it is damaged, get it again"));
        }
        if npz.archive.end_offset() != size {
            return error("has bytes behind its end; it is damaged, get it again".into());
        }
        if let Some(pair) = npz.members.windows(2).find(|pair| pair[0].name == pair[1].name) {
            let name = short(&pair[0].name);
            return error(format!("has two arrays named {name}; save it with different names"));
        }
        if npz.unpacked() > unpacked_limit(size) {
            return error(format!(
                "its arrays have {} MiB, where so small a file is unpacked only up to {} MiB; save it with numpy.savez, \
                 not compressed",
                npz.unpacked() >> 20,
                unpacked_limit(size) >> 20
            ));
        }
        Ok(npz)
    }

    /// The names of the arrays, in alphabetical order. As in NumPy, the ending `.npy` is left out.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| member.name.as_str())
    }

    /// Reads the array of this name.
    ///
    /// # Errors
    /// If there is none; if it is no array of numbers, encrypted, compressed otherwise than by deflate, or damaged
    /// (the CRC-32 is compared, too).
    pub fn read(&self, name: &str) -> Result<NumberArray, Error> {
        npy::read(&mut self.content(name)?)
    }

    /// What the array's npy file consists of.
    pub(super) fn content(&self, name: &str) -> Result<Content<'_>, Error> {
        let Ok(i) = self.members.binary_search_by(|member| member.name.as_str().cmp(name)) else {
            let names = self.names().take(20).map(short).collect::<Vec<_>>().join(", ");
            return Err(self.error(format!(
                "has no array {}; it has {} {names}",
                short(name),
                self.members.len()
            )));
        };
        let member = &self.members[i];
        if member.is_encrypted {
            return Err(self.error(format!("its array {} is encrypted; save it without", short(name))));
        }
        Content::member(&self.path, &member.name, &self.archive, member.place, member.method)
    }

    /// The bytes of all arrays together.
    pub(super) fn unpacked(&self) -> u64 {
        let sizes = self.members.iter().map(|member| member.place.uncompressed_size_hint());
        sizes.fold(0, u64::saturating_add)
    }

    pub(super) fn error(&self, problem: String) -> Error {
        Error::Content { path: self.path.clone(), line: None, problem }
    }
}

/// The members of the archive, sorted by name, and no more than one too many.
fn members(archive: &ZipArchive<FileReader>, buffer: &mut [u8]) -> Result<Vec<Member>, rawzip::Error> {
    let mut members = Vec::new();
    let mut entries = archive.entries(buffer);
    while let Some(entry) = entries.next_entry()?
        && members.len() as u64 <= MOST_MEMBERS
    {
        let name = String::from_utf8_lossy(entry.file_path().as_bytes()).into_owned();
        members.push(Member {
            name: name.strip_suffix(".npy").map(str::to_owned).unwrap_or(name),
            place: entry.wayfinder(),
            method: entry.compression_method(),
            is_encrypted: entry.flags().is_encrypted(),
        });
    }
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(members)
}

fn damaged(path: &Path, error: rawzip::Error) -> Error {
    let path = path.to_owned();
    let offset = error.eocd_offset().unwrap_or(0);
    match error.into_kind() {
        ErrorKind::IO(source) if source.kind() != std::io::ErrorKind::UnexpectedEof => {
            Error::Read { path, source }
        }
        problem => {
            let problem = format!(
                "cannot be read as a zip file, which every npz file is ({problem}); give an npz file, or get it again"
            );
            Error::Binary { path, offset, problem }
        }
    }
}
