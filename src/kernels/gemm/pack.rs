//! Copying an operand into the order in which the tile reads it.

use std::any::Any;
use std::cell::RefCell;

use aligned_vec::{AVec, ConstAlign};
use rayon::prelude::*;

use crate::kernels::Mat;
use crate::real::Real;
use crate::simd::{Kernel, Vector};

use super::panels::{Panels, line, panel_cols};

/// Numbers that begin on a cache line: no load of a full vector touches two.
#[derive(Clone, Debug)]
pub struct Lines<R>(AVec<R, ConstAlign<64>>);

impl<R: Real> Lines<R> {
    fn new() -> Self {
        Self(AVec::new(64))
    }

    /// `len` numbers: whatever they were before.
    pub fn at_least(&mut self, len: usize) -> &mut [R] {
        if self.0.len() < len {
            self.0.resize(len, R::ZERO);
        }
        &mut self.0[..len]
    }
}

/// A right operand `[K, N]`, copied once into the order in which products read it.
///
/// For a matrix that many products share: the weight of a recurrent net is read once per time step.
///
/// ```
/// use tapeloop::kernels::{Mat, MatMut, gemm};
///
/// let u = [1.0, 2.0, 3.0, 4.0]; // [2, 2]
/// let packed = gemm::Packed::new(Mat::new(&u, 2, 2));
/// let mut h = [[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]];
/// for t in 1..3 {
///     let (before, after) = h.split_at_mut(t);
///     gemm::product(Mat::new(&before[t - 1], 1, 2), &packed, MatMut::new(&mut after[0], 1, 2));
/// }
/// assert_eq!(h[2], [7.0, 10.0]); // h_0·U·U
/// ```
#[derive(Clone, Debug)]
pub struct Packed<R> {
    data: Lines<R>,
    rows: usize,
    cols: usize,
}

impl<R: Real> Packed<R> {
    /// Packs `b`. For products with the transpose, pack `b.t()`.
    #[must_use]
    pub fn new(b: Mat<'_, R>) -> Self {
        let mut packed = Self::default();
        packed.pack(b);
        packed
    }

    /// Packs another matrix in place of this one. Allocates only if it is larger than all before it.
    pub fn pack(&mut self, b: Mat<'_, R>) {
        (self.rows, self.cols) = (b.rows, b.cols);
        pack(b, &mut self.data, false);
    }

    /// `K`
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// `N`
    #[must_use]
    pub fn cols(&self) -> usize {
        self.cols
    }

    pub(super) fn panels(&self) -> Panels<'_, R> {
        Panels::packed(&self.data.0, self.rows, self.cols)
    }
}

impl<R: Real> Default for Packed<R> {
    /// A `[0, 0]` matrix, to [`pack`](Packed::pack) into.
    fn default() -> Self {
        Self { data: Lines::new(), rows: 0, cols: 0 }
    }
}

/// `b` as panels, one behind the other.
pub fn pack<'l, R: Real>(b: Mat<'_, R>, data: &'l mut Lines<R>, threads: bool) -> Panels<'l, R> {
    if b.rows == 0 || b.cols == 0 {
        return Panels::packed(&[], b.rows, b.cols);
    }
    let data = data.at_least(b.rows * b.cols.next_multiple_of(line::<R>()));
    let size = b.rows * panel_cols::<R>();
    let panel = |(i, panel): (usize, &mut [R])| {
        let first = i * panel_cols::<R>();
        let cols = panel_cols::<R>().min(b.cols - first);
        let width = cols.next_multiple_of(line::<R>());
        R::vectorise(Copy { from: b.block(0, first, b.rows, cols), to: panel, width });
    };
    if threads {
        data.par_chunks_mut(size).enumerate().for_each(panel);
    } else {
        data.chunks_mut(size).enumerate().for_each(panel);
    }
    Panels::packed(data, b.rows, b.cols)
}

/// `from` to the rows of `to`, `width` apart; what is left of a row becomes 0.
pub struct Copy<'a, R> {
    pub from: Mat<'a, R>,
    pub to: &'a mut [R],
    pub width: usize,
}

impl<R: Real> Kernel<R> for Copy<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<R>>(self, _: V) {
        let Self { from, to, width } = self;
        if from.transposed {
            transpose(from.data, from.stride, [from.cols, from.rows], to, width);
        } else {
            for (row, source) in to.chunks_exact_mut(width).zip(from.data.chunks(from.stride)) {
                row[..from.cols].copy_from_slice(&source[..from.cols]);
            }
        }
        for row in to.chunks_exact_mut(width) {
            row[from.cols..].fill(R::ZERO);
        }
    }
}

/// Rows and columns of the blocks that are transposed in registers.
const BLOCK: usize = 8;

/// `to[j][i] = from[i][j]` for a `[rows, cols]` matrix.
#[inline(always)]
fn transpose<R: Real>(from: &[R], stride: usize, [rows, cols]: [usize; 2], to: &mut [R], width: usize) {
    let (whole_rows, whole_cols) = (rows / BLOCK * BLOCK, cols / BLOCK * BLOCK);
    for i in (0..whole_rows).step_by(BLOCK) {
        for j in (0..whole_cols).step_by(BLOCK) {
            let block: [[R; BLOCK]; BLOCK] =
                std::array::from_fn(|r| *from[(i + r) * stride + j..].first_chunk().expect("a whole block"));
            for c in 0..BLOCK {
                let to = to[(j + c) * width + i..].first_chunk_mut().expect("a whole block");
                *to = std::array::from_fn::<R, BLOCK, _>(|r| block[r][c]);
            }
        }
    }
    for i in 0..rows {
        let first = if i < whole_rows { whole_cols } else { 0 };
        for j in first..cols {
            to[j * width + i] = from[i * stride + j];
        }
    }
}

thread_local! {
    /// As many buffers for each type of number as were ever lent at once, each as long as it ever was.
    static SCRATCH: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Lends `f` a buffer of this thread. It is taken out meanwhile: a block of `A` is copied while a copy of `B` is
/// in use, and a thread that waits for others may be given another product to do. These get buffers of their own.
pub fn with_scratch<R: Real, T>(f: impl FnOnce(&mut Lines<R>) -> T) -> T {
    let kept = SCRATCH.with_borrow_mut(|list| {
        let at = list.iter().position(|buffer| buffer.is::<Lines<R>>())?;
        list.swap_remove(at).downcast::<Lines<R>>().ok()
    });
    let mut buffer = kept.unwrap_or_else(|| Box::new(Lines::new()));
    let result = f(&mut buffer);
    SCRATCH.with_borrow_mut(|list| list.push(buffer));
    result
}
