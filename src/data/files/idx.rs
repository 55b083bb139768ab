//! IDX: the format of MNIST.

use std::path::Path;

use super::content::Content;
use super::kind::Kind;
use super::layout::Layout;
use super::numbers::NumberArray;
use crate::error::Error;

impl NumberArray {
    /// Reads an IDX file, the format of MNIST, compressed by gzip or not (its content tells, not its name).
    ///
    /// The format is described at the end of LeCun, Cortes and Burges' page on MNIST
    /// (<http://yann.lecun.com/exdb/mnist/>): two zero bytes; the type of the numbers (`08` u8, `09` i8, `0B` i16,
    /// `0C` i32, `0D` f32, `0E` f64); the count of axes; the size of each axis in 4 bytes; the numbers. All big-endian.
    ///
    /// ```
    /// # use tapeloop::data::{NumberArray, Values};
    /// # let path = std::env::temp_dir().join(format!("tapeloop-doctest-{}-idx2-ubyte", std::process::id()));
    /// std::fs::write(&path, [0, 0, 0x08, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9])?;
    /// let array = NumberArray::from_idx(&path)?;
    /// assert_eq!((array.shape, array.values), (vec![1, 3], Values::U8(vec![7, 8, 9])));
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Memory: what the numbers need, taken only when they have been found in the file. A gzip file may hold 16 MiB
    /// and 32 times its own size; what holds more has to be unpacked before (`gunzip`).
    ///
    /// # Errors
    /// If the file cannot be read; if it is something else, or damaged; if it holds fewer or more bytes than its header
    /// declares, or anything behind the end of its gzip data.
    pub fn from_idx(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let mut content = Content::open(path, "an IDX file")?;
        let magic = content.bytes("IDX's first 4 bytes")?;
        let (kind, axes) = match magic {
            [0, 0, 0x08, axes] => (Kind::U8, axes),
            [0, 0, 0x09, axes] => (Kind::I8, axes),
            [0, 0, 0x0b, axes] => (Kind::I16, axes),
            [0, 0, 0x0c, axes] => (Kind::I32, axes),
            [0, 0, 0x0d, axes] => (Kind::F32, axes),
            [0, 0, 0x0e, axes] => (Kind::F64, axes),
            _ => {
                let [a, b, c, d] = magic;
                let problem = format!(
                    "begins with {a:02x} {b:02x} {c:02x} {d:02x}, which is neither IDX (00 00, a type from 08 to \
                     0e, the count of axes) nor gzip; give an IDX file"
                );
                return Err(content.error_at(0, problem));
            }
        };
        let mut sizes = Vec::new();
        for _ in 0..axes {
            let size = u32::from_be_bytes(content.bytes("the sizes of the axes")?);
            sizes.push(u64::from(size));
        }
        let layout = Layout { kind, big_endian: true, fortran_order: false, sizes };
        layout.read(&mut content)
    }
}
