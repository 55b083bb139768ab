//! A safetensors file, to the disk.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use safetensors::tensor::TensorInfo;

use super::header::{Header, MAX_BYTES};
use super::replace::replace;
use super::tensor_file::{TensorFile, VERSION, VERSION_KEY};
use crate::error::Error;

/// Writes a file, or leaves the one that is there.
pub(super) fn write(content: &TensorFile, path: &Path) -> Result<(), Error> {
    let mut tensors: Vec<_> = content.tensors.iter().collect();
    tensors.sort_by_key(|(_, tensor)| Reverse(tensor.dtype.bitsize())); // the others, too, are aligned then
    let mut end = 0;
    let entries = tensors.iter().map(|(name, tensor)| {
        let data_offsets = (end, end + tensor.bytes.len());
        end = data_offsets.1;
        (name.as_str(), TensorInfo { dtype: tensor.dtype, shape: tensor.shape.clone(), data_offsets })
    });
    let mut metadata: BTreeMap<&str, &str> =
        content.metadata.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    metadata.insert(VERSION_KEY, VERSION);

    let header = Header::print(&metadata, entries);
    if header.len() > MAX_BYTES {
        let len = header.len();
        let problem = format!(
            "names and texts of {len} bytes, but at most {MAX_BYTES} are read; make long texts tensors"
        );
        return Err(Error::Content { path: path.to_owned(), line: None, problem });
    }
    replace(path, |file| {
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(header.as_bytes())?;
        tensors.iter().try_for_each(|(_, tensor)| file.write_all(&tensor.bytes))
    })
}
