//! A slice seen as a matrix.

use crate::real::Real;

/// A matrix over a slice: row-major, rows `stride` apart, or the transpose of such a one.
#[derive(Clone, Copy, Debug)]
pub struct Mat<'a, R> {
    pub(super) data: &'a [R],
    /// Rows, after transposing.
    pub rows: usize,
    /// Columns, after transposing.
    pub cols: usize,
    pub(super) stride: usize,
    pub(super) transposed: bool,
}

impl<'a, R: Real> Mat<'a, R> {
    /// A `[rows, cols]` matrix without gaps.
    ///
    /// # Panics
    /// If `data` is shorter than `rows·cols`.
    pub fn new(data: &'a [R], rows: usize, cols: usize) -> Self {
        assert!(data.len() >= rows * cols, "{} numbers for a [{rows}, {cols}] matrix", data.len());
        Self { data, rows, cols, stride: cols, transposed: false }
    }

    /// The transpose, `[cols, rows]`. Copies nothing.
    #[must_use]
    pub fn t(self) -> Self {
        Self { rows: self.cols, cols: self.rows, transposed: !self.transposed, ..self }
    }

    /// The transpose if `yes`, else the matrix itself.
    #[must_use]
    pub fn t_if(self, yes: bool) -> Self {
        if yes { self.t() } else { self }
    }

    /// The element in row `i`, column `j`.
    #[inline(always)]
    pub fn at(&self, i: usize, j: usize) -> R {
        if self.transposed { self.data[j * self.stride + i] } else { self.data[i * self.stride + j] }
    }

    /// Rows `from..from + count`.
    pub(super) fn row_block(self, from: usize, count: usize) -> Self {
        let start = (from * if self.transposed { 1 } else { self.stride }).min(self.data.len());
        Self { data: &self.data[start..], rows: count, ..self }
    }
}
