//! How the numbers of an array lie in a file.

use super::content::Content;
use super::kind::Kind;
use super::numbers::NumberArray;
use crate::error::Error;

/// The most axes that an array in a file may have: twice as many as one on a tape.
const MAX_AXES: usize = 8;

/// What the header of an array says of it.
pub(super) struct Layout {
    pub kind: Kind,
    pub big_endian: bool,
    /// Whether the first axis is contiguous, not the last.
    pub fortran_order: bool,
    /// The sizes of the axes, outermost first.
    pub sizes: Vec<u64>,
}

impl Layout {
    /// Reads the numbers, if exactly they are left.
    pub fn read(self, content: &mut Content<'_>) -> Result<NumberArray, Error> {
        let Self { kind, big_endian, fortran_order, sizes } = self;
        if sizes.len() > MAX_AXES {
            let problem = format!("declares {} axes; give an array of at most {MAX_AXES}", sizes.len());
            return Err(content.error(problem));
        }
        // Sizes of 0 count as 1: then a product of some of them cannot overflow either.
        let width = kind.width() as u64;
        let all = sizes.iter().try_fold(width, |bytes, &size| bytes.checked_mul(size.max(1)));
        let Some(all) = all.filter(|&bytes| isize::try_from(bytes).is_ok()) else {
            let problem = format!(
                "declares the shape {sizes:?}, more numbers than can be counted; it is damaged, get it again"
            );
            return Err(content.error(problem));
        };
        let bytes = if sizes.contains(&0) { 0 } else { all };
        let name = format!("{kind:?}").to_lowercase();
        content.check_rest(bytes, &format!("declares {name} numbers of shape {sizes:?}"))?;

        let shape: Vec<usize> = sizes.iter().map(|&size| size as usize).collect();
        let values = kind.read(content, &shape, big_endian, fortran_order)?;
        Ok(NumberArray { shape, values })
    }
}
