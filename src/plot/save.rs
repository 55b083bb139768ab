//! All of a file or nothing.

use std::fs;
use std::path::Path;

use crate::error::Error;

/// Writes a file beside its final place and renames it.
pub(super) fn whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path)).map_err(|source| {
        let _ = fs::remove_file(&beside); // it may not exist; the first error is the one to report
        Error::Write { path: path.to_owned(), source }
    })
}
