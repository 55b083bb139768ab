//! What a recurrence is computed from.

use std::ops::Range;

use super::{Columns, Step};
use crate::kernels::Mat;
use crate::kernels::gemm::{Packed, Right};
use crate::real::Real;

/// The sizes of a recurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// `B`
    pub batch: usize,
    /// `T`
    pub steps: usize,
    /// `I`
    pub inputs: usize,
    /// `H`
    pub hidden: usize,
}

impl Sizes {
    /// `B·T·H`
    pub(super) fn units(&self) -> usize {
        self.batch * self.steps * self.hidden
    }

    /// Where a row lies at step `t`, in an array `[B, T, parts·H]`.
    #[inline(always)]
    pub(super) fn at(&self, row: usize, t: usize, parts: usize) -> Range<usize> {
        self.row(row * self.steps + t, parts)
    }

    /// Where a row lies in an array `[B, parts·H]`.
    #[inline(always)]
    pub(super) fn row(&self, row: usize, parts: usize) -> Range<usize> {
        let width = parts * self.hidden;
        row * width..(row + 1) * width
    }
}

/// What a recurrence is computed from. `G` is the number of its gates, [`Step::GATES`].
#[derive(Clone, Copy, Debug)]
pub struct Given<'a, R> {
    /// `B`, `T`, `I`, `H`.
    pub sizes: Sizes,
    /// Whether time runs from the last step to the first.
    pub reverse: bool,
    /// `x` `[B, T, I]`
    pub x: &'a [R],
    /// `W` `[I, G·H]`
    pub w: &'a [R],
    /// `U` `[H, G·H]`
    pub u: &'a [R],
    /// The bias beside `x·W`, `[G·H]`.
    pub b_x: Option<&'a [R]>,
    /// The bias beside `h·U`, `[G·H]`.
    pub b_h: Option<&'a [R]>,
    /// The state `h` before the first step, `[B, H]`.
    pub h_0: &'a [R],
    /// The state `c` before the first step, `[B, H]`; empty if there is none.
    pub c_0: &'a [R],
    /// 0 where a row keeps its state at a step, `[B, T]`.
    pub mask: Option<&'a [R]>,
    /// What `h` is multiplied with where `U` reads it, the same at each step, `[B, H]`.
    pub keep: Option<&'a [R]>,
}

impl<'a, R: Real> Given<'a, R> {
    /// The step before, or `None` if it is the first.
    pub(super) fn before(&self, t: usize) -> Option<usize> {
        if self.reverse { Some(t + 1).filter(|&t| t < self.sizes.steps) } else { t.checked_sub(1) }
    }

    /// Whether this row takes this step.
    #[inline(always)]
    pub(super) fn is_live(&self, row: usize, t: usize) -> bool {
        self.mask.is_none_or(|mask| mask[row * self.sizes.steps + t] != R::ZERO)
    }

    /// `x` as a matrix of `B·T` rows.
    pub(super) fn x(&self) -> Mat<'a, R> {
        let Sizes { batch, steps, inputs, .. } = self.sizes;
        Mat::new(self.x, batch * steps, inputs)
    }

    /// Columns of `W` or `U`.
    pub(super) fn columns<S: Step<R>>(&self, weight: &'a [R], columns: &Columns) -> Mat<'a, R> {
        let Sizes { hidden, .. } = self.sizes;
        let width = S::GATES * hidden;
        let from = weight.get(columns.from * hidden..).unwrap_or(&[]);
        Mat::strided(from, weight.len() / width.max(1), columns.gates * hidden, width)
    }

    /// `U`, or its transpose, for the product of each phase: packed, if that pays.
    pub(super) fn recurrent<'p, S: Step<R>>(
        &self,
        packed: &'p mut [Packed<R>; 2],
        transposed: bool,
    ) -> [Right<'p, R>; 2]
    where
        'a: 'p,
    {
        let columns = S::RECURRENT.iter().map(|c| self.columns::<S>(self.u, c).t_if(transposed));
        operands(columns, packed, !self.is_brief(transposed))
    }

    /// `W`, or its transpose, for the products that make the parts of `a`: packed, if it is multiplied with more than once.
    pub(super) fn input<'p, S: Step<R>>(
        &self,
        packed: &'p mut [Packed<R>; 2],
        pack: bool,
        transposed: bool,
    ) -> [Right<'p, R>; 2]
    where
        'a: 'p,
    {
        let columns = S::INPUT.iter().map(|c| self.columns::<S>(self.w, c).t_if(transposed));
        operands(columns, packed, pack)
    }

    /// Whether there are too few products for `U` to be packed, or its transpose: packing takes as long as some steps
    /// of few rows. (A small `U` is packed in no time, and then multiplied faster.) To pack the transpose takes four times as long, and
    /// up to four rows don't need it: they are multiplied with the rows of `U` as they lie, each taking longer than it
    /// would with the packed transpose by a 32nd of that time (one row) up to a third (four).
    pub(super) fn is_brief(&self, transposed: bool) -> bool {
        let Sizes { batch, steps, .. } = self.sizes;
        let few = steps <= 4 && batch <= 4 && self.u.len() > 1 << 14;
        steps == 1 || few || (transposed && batch <= 4 && steps * batch * batch <= 32)
    }
}

/// Right operands of up to two products.
fn operands<'p, 'a: 'p, R: Real>(
    mut matrices: impl Iterator<Item = Mat<'a, R>>,
    packed: &'p mut [Packed<R>; 2],
    pack: bool,
) -> [Right<'p, R>; 2] {
    packed.each_mut().map(|packed| {
        let matrix = matrices.next().unwrap_or(Mat::new(&[], 0, 0));
        if pack {
            packed.pack(matrix);
            Right::Packed(packed)
        } else {
            Right::Plain(matrix)
        }
    })
}
