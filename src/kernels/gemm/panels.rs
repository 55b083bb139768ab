//! The right operand as panels: strips of columns that a tile runs down.

use crate::kernels::Mat;
use crate::kernels::lines::line;
use crate::real::Real;

use super::tile::TILE_VECTORS;

/// With so few rows in `A`, `B` is read where it lies, however large it is. To copy it takes as long as the products of some twenty rows.
const FEW: usize = 16;

/// With up to so many rows, a `B` that reaches over up to so many bytes, half an L3 cache. Where it lies, the rows of a panel are on pages of their own, and
/// if they are a power of two apart, they share few sets of a cache: with 256 rows that costs as much as the copy (`f32`) or 5 % more (`f64`), with 512 7 to 13 % (`f64`).
const SOME: usize = 128;
const IN_L3: usize = 1 << 24;

/// With up to so many rows, the same of a `B` of up to so few: its panels stay in L2 all the same. `dW += xᵀ·da` is such a product: training a GRU or
/// an LSTM of 512 units on two threads takes 3 to 4 % less than with a copy.
const MANY: usize = 512;
const SHORT: usize = 384;

/// With more rows, a `B` that reaches over up to so many bytes, hardly more than an L2 cache holds.
pub const IN_L2: usize = 3 << 19;

/// `cols` columns cut into as few panels of at most three lines as possible, of widths as equal as
/// possible: first `wide` panels of `lines` lines, then panels of one line less. Four lines are twice two,
/// none of them wide, rather than three and one: narrow tiles are slow.
#[derive(Clone, Copy, Debug)]
struct Cut {
    cols: usize,
    panels: usize,
    lines: usize,
    wide: usize,
}

impl Cut {
    fn new<R>(cols: usize) -> Self {
        let all = cols.div_ceil(line::<R>());
        let panels = all.div_ceil(TILE_VECTORS);
        let lines = all.min(TILE_VECTORS);
        Self { cols, panels, lines, wide: all + panels - panels * lines }
    }

    /// The first column of panel `p`, or the end of the last one.
    #[inline(always)]
    fn start<R>(&self, p: usize) -> usize {
        (p * self.lines - p.saturating_sub(self.wide)) * line::<R>()
    }
}

/// A right operand, `[K, N]`, as panels.
#[derive(Clone, Copy)]
pub struct Panels<'a, R> {
    data: &'a [R],
    cut: Cut,
    layout: Layout,
}

#[derive(Clone, Copy)]
enum Layout {
    /// Panel behind panel, each with this many rows without gaps, its width rounded up to whole lines.
    Packed { rows: usize },
    /// Columns of a row-major matrix where it lies.
    InPlace { stride: usize },
}

impl<'a, R: Real> Panels<'a, R> {
    /// A matrix that was copied into panels.
    pub fn packed(data: &'a [R], rows: usize, cols: usize) -> Self {
        Self { data, cut: Cut::new::<R>(cols), layout: Layout::Packed { rows } }
    }

    /// Whether `m` rows of `A` should be multiplied with `b` where it lies, rather than with a copy.
    pub fn in_place_pays(b: Mat<'_, R>, m: usize) -> bool {
        let most = if m <= FEW {
            usize::MAX
        } else if m <= SOME || (m <= MANY && b.rows <= SHORT) {
            IN_L3
        } else {
            IN_L2
        };
        !b.transposed && b.cols.is_multiple_of(line::<R>()) && b.rows * b.stride * size_of::<R>() <= most
    }

    /// A row-major matrix whose columns are a whole number of lines.
    pub fn in_place(b: Mat<'a, R>) -> Self {
        Self { data: b.data, cut: Cut::new::<R>(b.cols), layout: Layout::InPlace { stride: b.stride } }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.cut.panels
    }
}

/// Some panels of a right operand, from a row on.
#[derive(Clone, Copy)]
pub struct Part<'a, R> {
    pub all: &'a Panels<'a, R>,
    /// The first panel.
    pub first: usize,
    /// The one behind the last panel.
    pub end: usize,
    /// The first row.
    pub row: usize,
}

/// Panels of the same width, side by side.
pub struct Group<'a, R> {
    /// From the first element of the first panel on.
    pub data: &'a [R],
    /// How many columns of the part are to the left of it.
    pub offset: usize,
    pub panels: usize,
    /// From one panel to the next.
    pub apart: usize,
    /// From one row of a panel to the next.
    pub stride: usize,
    /// The width of a panel in lines.
    pub lines: usize,
    /// Columns of all panels. What the last is wider does not count.
    pub cols: usize,
}

impl<'a, R: Real> Part<'a, R> {
    /// The first column.
    #[inline(always)]
    pub fn start(&self) -> usize {
        self.all.cut.start::<R>(self.first)
    }

    /// How many columns.
    #[inline(always)]
    pub fn cols(&self) -> usize {
        self.all.cut.start::<R>(self.end).min(self.all.cut.cols) - self.start()
    }

    /// All columns of a matrix of one row: however it is laid out, they lie side by side.
    pub fn only_row(&self) -> &'a [R] {
        &self.all.data[self.start()..][..self.cols()]
    }

    /// Its wide panels, or the others.
    #[inline(always)]
    pub fn group(&self, narrow: bool) -> Group<'a, R> {
        let Panels { data, cut, layout } = self.all;
        let border = cut.wide.clamp(self.first, self.end);
        let (first, end) = if narrow { (border, self.end) } else { (self.first, border) };
        let (column, lines) = (cut.start::<R>(first), cut.lines.saturating_sub(narrow.into()));
        let width = lines * line::<R>();
        let (start, apart, stride) = match *layout {
            Layout::Packed { rows } => (column * rows, width * rows, width),
            Layout::InPlace { stride } => (column, width, stride),
        };
        Group {
            // Empty if there are no panels, or nothing is copied yet.
            data: data.get(start + self.row * stride..).unwrap_or_default(),
            offset: column - self.start(),
            panels: end - first,
            apart,
            stride,
            lines,
            cols: cut.start::<R>(end).min(cut.cols).saturating_sub(column),
        }
    }
}
