//! A slice seen as a matrix.

use crate::real::Real;

/// A matrix over a slice: row-major, rows `stride` apart, or the transpose of such a one.
///
/// `[B, T, H]` at a fixed `t` is the matrix `[B, H]` with stride `T·H` over the slice from `t·H` on.
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
    #[track_caller]
    pub fn new(data: &'a [R], rows: usize, cols: usize) -> Self {
        Self::strided(data, rows, cols, cols)
    }

    /// A `[rows, cols]` matrix whose rows begin `stride` elements apart.
    ///
    /// # Panics
    /// If there are rows that overlap (`stride < cols`), or the last one ends beyond `data`.
    #[track_caller]
    pub fn strided(data: &'a [R], rows: usize, cols: usize, stride: usize) -> Self {
        let stride = check(data.len(), rows, cols, stride);
        Self { data, rows, cols, stride, transposed: false }
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

    /// `[rows, cols]` from row `i` and column `j` on.
    #[inline(always)]
    pub(super) fn block(self, i: usize, j: usize, rows: usize, cols: usize) -> Self {
        let start = if self.transposed { j * self.stride + i } else { i * self.stride + j };
        Self { data: &self.data[start.min(self.data.len())..], rows, cols, ..self }
    }
}

/// A row-major matrix to write to, rows `stride` apart.
#[derive(Debug)]
pub struct MatMut<'a, R> {
    pub(super) data: &'a mut [R],
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub cols: usize,
    pub(super) stride: usize,
}

impl<'a, R: Real> MatMut<'a, R> {
    /// A `[rows, cols]` matrix without gaps.
    ///
    /// # Panics
    /// If `data` is shorter than `rows·cols`.
    #[track_caller]
    pub fn new(data: &'a mut [R], rows: usize, cols: usize) -> Self {
        Self::strided(data, rows, cols, cols)
    }

    /// A `[rows, cols]` matrix whose rows begin `stride` elements apart. What lies between them is not
    /// touched.
    ///
    /// # Panics
    /// If there are rows that overlap (`stride < cols`), or the last one ends beyond `data`.
    #[track_caller]
    pub fn strided(data: &'a mut [R], rows: usize, cols: usize, stride: usize) -> Self {
        let stride = check(data.len(), rows, cols, stride);
        Self { data, rows, cols, stride }
    }

    /// The rows, one slice each.
    pub(super) fn each_row(&mut self) -> impl Iterator<Item = &mut [R]> {
        let cols = self.cols;
        self.data.chunks_mut(self.stride.max(1)).take(self.rows).map(move |row| &mut row[..cols])
    }
}

/// The stride; a row without a next one gets that of a matrix without gaps.
#[track_caller]
fn check(len: usize, rows: usize, cols: usize, stride: usize) -> usize {
    assert!(cols <= stride || rows <= 1, "rows of {cols} columns overlap with a stride of {stride}");
    let end = rows.checked_sub(1).and_then(|rows| rows.checked_mul(stride)?.checked_add(cols)).unwrap_or(0);
    let fits = rows == 0 || cols == 0 || (end > 0 && end <= len);
    assert!(fits, "{len} numbers for a [{rows}, {cols}] matrix with rows {stride} apart");
    if rows <= 1 { cols } else { stride }
}
