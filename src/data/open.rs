//! Opening a user's file.

use std::fs::{self, File};
use std::path::Path;

use crate::error::Error;

/// Opens a file for reading, and says how many bytes it has. `wanted` is what the path should lead to.
///
/// A folder cannot be read, and a device or a pipe may never end: both are errors.
pub(super) fn open(path: &Path, wanted: &str) -> Result<(File, u64), Error> {
    let read_error = |source| Error::Read { path: path.to_owned(), source };
    // Before opening: to open a pipe is to wait for somebody who writes.
    let metadata = fs::metadata(path).map_err(read_error)?;
    if !metadata.is_file() {
        let problem = format!("is not a file; give {wanted}");
        return Err(Error::Content { path: path.to_owned(), line: None, problem });
    }
    Ok((File::open(path).map_err(read_error)?, metadata.len()))
}
