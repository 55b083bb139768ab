//! A right operand, copied into the order in which the tile reads it.

use rayon::prelude::*;

use crate::kernels::lines::{Lines, line};
use crate::kernels::{Mat, bulk};
use crate::real::Real;

use super::copy::Copy;
use super::panels::{Panels, Part};

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
        let threads = if bulk::is_for_one(b.rows * b.cols, bulk::PARAMETERS) {
            1
        } else {
            rayon::current_num_threads()
        };
        pack(b, &mut self.data, threads);
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.data.bytes()
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
        Panels::packed(self.data.all(), self.rows, self.cols)
    }
}

impl<R: Real> Default for Packed<R> {
    /// A `[0, 0]` matrix, to [`pack`](Packed::pack) into.
    fn default() -> Self {
        Self { data: Lines::new(), rows: 0, cols: 0 }
    }
}

/// `b` as panels, one behind the other, copied by so many threads.
pub fn pack<'l, R: Real>(b: Mat<'_, R>, data: &'l mut Lines<R>, threads: usize) -> Panels<'l, R> {
    if b.rows == 0 || b.cols == 0 {
        return Panels::packed(&[], 0, 0);
    }
    let data = data.at_least(b.rows * b.cols.next_multiple_of(line::<R>()));
    let empty = Panels::<R>::packed(&[], b.rows, b.cols);
    let part = Part { all: &empty, first: 0, end: empty.count(), row: 0 };
    let mut rest = &mut *data;
    for group in [part.group(false), part.group(true)] {
        let (group_data, behind) = std::mem::take(&mut rest).split_at_mut(group.panels * group.apart);
        rest = behind;
        let of_a_thread = group.panels.div_ceil(threads);
        let copy = |(i, to): (usize, &mut [R])| {
            let first = i * of_a_thread * group.stride;
            let cols = (to.len() / b.rows).min(group.cols - first);
            R::vectorise(Copy {
                from: b.block(0, group.offset + first, b.rows, cols),
                to,
                width: group.stride,
            });
        };
        match of_a_thread * group.apart {
            0 => {}
            size if threads == 1 => group_data.chunks_mut(size).enumerate().for_each(copy),
            size => group_data.par_chunks_mut(size).enumerate().for_each(copy),
        }
    }
    Panels::packed(data, b.rows, b.cols)
}
