//! The texts of the folder `aclImdb`, one at a time.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::data::open::open;
use crate::error::Error;

/// The longest review has 14 kB.
const LARGEST: u64 = 1 << 20;

/// The reviews of one part, "train" or "test", and their classes: first the negative ones (0), then the positive ones (1), each in
/// the order of the files' names.
pub(super) fn files(folder: &Path, part: &str) -> Result<Vec<(PathBuf, usize)>, Error> {
    let mut files = Vec::new();
    for (label, class) in ["neg", "pos"].into_iter().enumerate() {
        let path = folder.join(part).join(class);
        let read_error = |source| Error::Read { path: path.clone(), source };
        let content =
            |path: &Path, problem: String| Error::Content { path: path.into(), line: None, problem };
        if !path.is_dir() {
            let problem = format!(
                "there is no folder {part}/{class} in it; give the folder aclImdb, with train and test, in each of them pos and neg"
            );
            return Err(content(folder, problem));
        }
        let first = files.len();
        for entry in fs::read_dir(&path).map_err(read_error)? {
            let file = entry.map_err(read_error)?.path();
            if file.extension().is_some_and(|extension| extension == "txt") {
                files.push((file, label));
            }
        }
        if files.len() == first {
            return Err(content(
                &path,
                "there are no reviews in it, files *.txt; unpack the archive again".into(),
            ));
        }
        files[first..].sort();
    }
    Ok(files)
}

/// The text of a file.
pub(super) fn text(path: &Path) -> Result<String, Error> {
    let content = |line, problem: String| Error::Content { path: path.into(), line, problem };
    let (file, size) = open(path, "a review, a text file")?;
    let mut bytes = Vec::with_capacity(size.min(LARGEST) as usize + 1);
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| Error::Read { path: path.into(), source })?;
    if bytes.len() as u64 > LARGEST {
        return Err(content(None, "has more than 1 MiB, which is no review; remove it".into()));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + valid.iter().filter(|&&byte| byte == b'\n').count() as u64;
        content(Some(line), "is not UTF-8 text; save it as UTF-8 or remove it".into())
    })
}
