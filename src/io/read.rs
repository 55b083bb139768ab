//! A safetensors file, from the disk.

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::Path;

use super::header::{Header, MAX_BYTES};
use super::tensor_file::{Tensor, TensorFile};
use crate::error::Error;

/// What is said of a file that is none of this format, or only a part of one.
const OTHER: &str = "it is not a safetensors file, or was cut off; give another one";

/// Reads a file whose size is known before anything is allocated.
pub(super) fn read(path: &Path) -> Result<TensorFile, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let wrong = |offset, problem| Error::Binary { path: path.to_owned(), offset, problem };
    // A folder cannot be read, and a device or a pipe may never end.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        let problem = "is not a file; give a safetensors file".into();
        return Err(Error::Content { path: path.to_owned(), line: None, problem });
    }
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut file = BufReader::new(file);
    let mut next = |len: usize| {
        let mut bytes = vec![0; len];
        file.read_exact(&mut bytes).map(|()| bytes).map_err(failed)
    };

    let Some(rest) = size.checked_sub(8) else {
        return Err(wrong(0, format!("the file has only {size} bytes: {OTHER}")));
    };
    let mut len = [0; 8];
    len.copy_from_slice(&next(8)?);
    let len = u64::from_le_bytes(len);
    if len > rest {
        return Err(wrong(0, format!("a header of {len} bytes should follow, but only {rest} do: {OTHER}")));
    }
    let Some(len) = usize::try_from(len).ok().filter(|len| *len <= MAX_BYTES) else {
        return Err(wrong(0, format!("a header of {len} bytes; at most {MAX_BYTES} are read")));
    };
    let text = String::from_utf8(next(len)?).map_err(|e| {
        let valid = e.utf8_error().valid_up_to();
        wrong(8 + valid as u64, format!("the header is not UTF-8 text: {OTHER}"))
    })?;
    let header = Header::parse(&text).map_err(|(byte, problem)| {
        wrong(8 + byte as u64, format!("the header is damaged: {problem}; give another file"))
    })?;

    let (described, found) = (header.data_len() as u64, rest - len as u64);
    if found != described {
        let end = size - found + found.min(described);
        let problem =
            format!("the header describes {described} bytes of numbers, but {found} follow: {OTHER}");
        return Err(wrong(end, problem));
    }
    let mut content = TensorFile { path: path.to_owned(), metadata: header.metadata, ..TensorFile::new() };
    for (name, info) in header.tensors {
        let (start, end) = info.data_offsets;
        let tensor = Tensor { dtype: info.dtype, shape: info.shape, bytes: next(end - start)? };
        content.tensors.insert(name, tensor);
    }
    Ok(content)
}
