//! The left operand, as a tile reads it.

use crate::real::Real;

/// Some rows of `A`, as the tile reads them: one element of each row for every `k`.
pub trait Element<'a, R> {
    /// The first `MR` rows of the matrix that begins with `data`; `k` runs to `depth`.
    fn new(data: &'a [R], stride: usize, depth: usize) -> Self;
    /// `a[r][k]`
    fn at(&self, r: usize, k: usize) -> R;
}

/// Rows of a row-major matrix.
pub struct Rows<'a, R, const MR: usize>([&'a [R]; MR]);

impl<'a, R: Real, const MR: usize> Element<'a, R> for Rows<'a, R, MR> {
    #[inline(always)]
    fn new(data: &'a [R], stride: usize, depth: usize) -> Self {
        let mut rows: [&[R]; MR] = [&[]; MR];
        for r in 0..MR {
            rows[r] = &data[r * stride..][..depth];
        }
        Self(rows)
    }
    #[inline(always)]
    fn at(&self, r: usize, k: usize) -> R {
        self.0[r][k]
    }
}

/// Rows of a transposed matrix: element beside element, one `k` `stride` behind the other.
pub struct Columns<'a, R, const MR: usize> {
    data: &'a [R],
    stride: usize,
}

impl<'a, R: Real, const MR: usize> Element<'a, R> for Columns<'a, R, MR> {
    #[inline(always)]
    fn new(data: &'a [R], stride: usize, _depth: usize) -> Self {
        Self { data, stride }
    }
    #[inline(always)]
    fn at(&self, r: usize, k: usize) -> R {
        self.data[k * self.stride..].first_chunk::<MR>().expect("a column of the tile")[r]
    }
}
