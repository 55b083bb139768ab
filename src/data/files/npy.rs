//! npy: an array saved by NumPy.

use std::path::Path;

use super::content::Content;
use super::npy_header::{self, Header};
use super::numbers::NumberArray;
use crate::error::Error;

impl NumberArray {
    /// Reads an array saved by `numpy.save`, of versions 1 to 3 of the format, compressed by gzip or not.
    ///
    /// The types are `bool`, integers of 8 to 64 bits, and floats of 16 to 64 bits, in either byte order; an array in
    /// Fortran's order is turned. The format: NumPy Enhancement Proposal 1, and `numpy.lib.format` in NumPy's manual.
    ///
    /// ```
    /// # use tapeloop::data::{NumberArray, Values};
    /// # let path = std::env::temp_dir().join(format!("tapeloop-doctest-{}.npy", std::process::id()));
    /// let header = "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }\n";
    /// let length = (header.len() as u16).to_le_bytes();
    /// std::fs::write(&path, [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), &[7, 0, 0, 1]].concat())?;
    /// let array = NumberArray::from_npy(&path)?;
    /// assert_eq!((array.shape, array.values), (vec![2], Values::I16(vec![7, 256])));
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Memory: what the numbers need, twice that in Fortran's order. For gzip see [`from_idx`](Self::from_idx).
    ///
    /// # Errors
    /// If the file cannot be read; if it is something else, or damaged; if bytes are missing, or left behind the last
    /// number (NumPy overlooks those); if its elements are no numbers. Python objects (a pickle) are not read.
    pub fn from_npy(path: impl AsRef<Path>) -> Result<Self, Error> {
        read(&mut Content::open(path.as_ref(), "an npy file")?)
    }
}

/// Reads an array of numbers.
pub(super) fn read(content: &mut Content<'_>) -> Result<NumberArray, Error> {
    match npy_header::read(content)? {
        Header::Numbers(layout) => layout.read(content),
        Header::Objects { .. } => {
            let problem = "holds Python objects as a pickle, which could run a program; save the array with numbers \
                           only (Keras' imdb.npz has a reader of its own, read_imdb_npz)";
            Err(content.error(problem))
        }
    }
}
