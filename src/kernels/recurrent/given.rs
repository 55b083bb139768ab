//! What a recurrence is computed from.

use std::ops::Range;

use super::Origin;
use crate::kernels::Mat;
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

/// What a recurrence is computed from. `G` is the number of its gates, [`Step::GATES`](super::Step::GATES).
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
    /// Where `W` and `U` come from, if they may be kept packed: `None` if nobody knows, or if they will change.
    pub origin: Option<Origin>,
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
}
