//! The right operand as panels: strips of columns that a tile runs down.

use std::ops::Range;

use crate::kernels::Mat;
use crate::real::Real;

use super::tile::TILE_VECTORS;

/// Bytes in a cache line.
const LINE: usize = 64;

/// Numbers in a cache line. The width of a panel is a multiple of it.
pub const fn line<R>() -> usize {
    let numbers = LINE / size_of::<R>();
    if numbers == 0 { 1 } else { numbers }
}

/// Columns of a full panel: three lines, whatever vectors the machine has.
pub const fn panel_cols<R>() -> usize {
    TILE_VECTORS * line::<R>()
}

/// Rows and columns of a right operand, `[K, N]`, seen as panels.
#[derive(Clone, Copy)]
pub struct Panels<'a, R> {
    data: &'a [R],
    layout: Layout,
    first_row: usize,
    first_col: usize,
    end_col: usize,
}

#[derive(Clone, Copy)]
enum Layout {
    /// Panel behind panel, each with this many rows without gaps, its width rounded up to whole lines.
    Packed { rows: usize },
    /// Columns of a row-major matrix where it lies.
    InPlace { stride: usize },
}

/// Some columns of `B`, its rows `stride` apart.
#[derive(Clone, Copy)]
pub struct Panel<'a, R> {
    pub data: &'a [R],
    pub stride: usize,
    /// Columns to the left of it.
    pub offset: usize,
    pub cols: usize,
}

impl<'a, R: Real> Panels<'a, R> {
    pub fn packed(data: &'a [R], rows: usize, cols: usize) -> Self {
        Self { data, layout: Layout::Packed { rows }, first_row: 0, first_col: 0, end_col: cols }
    }

    pub fn in_place(b: Mat<'a, R>) -> Self {
        let layout = Layout::InPlace { stride: b.stride };
        Self { data: b.data, layout, first_row: 0, first_col: 0, end_col: b.cols }
    }

    /// Without the first `k` rows.
    pub fn skip_rows(self, k: usize) -> Self {
        Self { first_row: self.first_row + k, ..self }
    }

    /// These of its columns only; they begin with a panel.
    pub fn columns(self, cols: Range<usize>) -> Self {
        let first = self.first_col;
        Self { first_col: first + cols.start, end_col: first + cols.end, ..self }
    }

    /// All columns of a matrix of one row: however it is laid out, they lie side by side.
    pub fn only_row(&self) -> &'a [R] {
        &self.data[self.first_col..self.end_col]
    }

    /// How many there are.
    #[inline(always)]
    pub fn count(&self) -> usize {
        (self.end_col - self.first_col).div_ceil(panel_cols::<R>())
    }

    /// The panel number `p`.
    #[inline(always)]
    pub fn panel(&self, p: usize) -> Panel<'a, R> {
        let offset = p * panel_cols::<R>();
        let first_col = self.first_col + offset;
        let cols = (self.end_col - first_col).min(panel_cols::<R>());
        let (start, stride) = match self.layout {
            Layout::InPlace { stride } => (first_col, stride),
            Layout::Packed { rows } => (first_col * rows, cols.next_multiple_of(line::<R>())),
        };
        Panel { data: &self.data[start + self.first_row * stride..], stride, offset, cols }
    }
}
