//! What `U` multiplied, and its gradient.

use std::ops::Range;

use super::step::Step;
use super::units::{units_1_2, units_2_2};
use super::{Given, Left, Sizes};
use crate::kernels::elementwise;
use crate::real::Real;
use crate::simd;

impl<R: Real> Given<'_, R> {
    /// What `U` reads of `h`: `m·h`, where `m` is this row of `keep`.
    pub(super) fn read(&self, row: usize, h: &[R], read: &mut [R]) {
        match self.keep {
            None => read.copy_from_slice(h),
            Some(keep) => elementwise::zip(h, &keep[self.sizes.row(row, 1)], read, |h, keep| h * keep),
        }
    }

    /// Its chain rule, `dh += m·d_read`.
    pub(super) fn add_read(&self, row: usize, d_read: &[R], dh: &mut [R]) {
        match self.keep {
            None => elementwise::add_map(d_read, dh, |d| d),
            Some(keep) => elementwise::add_zip(d_read, &keep[self.sizes.row(row, 1)], dh, |d, keep| keep * d),
        }
    }
}

/// Completes `∂L/∂h_t`, for rows from `first` on: `dh += m·d_read`, what the step behind it wants through `U`, where `m` is a row of `keep` or 1, and
/// `dh += dy`, what the rest of the net wants. That part of `d_read` then is 0; if there is another, a product will replace it.
pub fn complete<R: Real, S: Step<R>>(
    given: &Given<'_, R>,
    left: Left<'_, R>,
    t: usize,
    first: usize,
    dh: &mut [R],
    d_read: &mut [R],
) {
    let sizes @ Sizes { hidden, .. } = given.sizes;
    let rows = dh.chunks_exact_mut(hidden).zip(d_read.chunks_exact_mut(S::RECURRENT.len() * hidden));
    simd::run(
        #[inline(always)]
        move || {
            for (b, (dh, d_read)) in (first..).zip(rows) {
                let (dy, d_read) = (&left.d_states[sizes.at(b, t, 1)], &mut d_read[..hidden]);
                match given.keep {
                    None => units_1_2([dy], [dh, d_read], |[dy], [dh, d]| [dh + d + dy, R::ZERO]),
                    Some(m) => units_2_2([dy, &m[sizes.row(b, 1)]], [dh, d_read], |[dy, m], [dh, d]| {
                        [dh + m * d + dy, R::ZERO]
                    }),
                }
            }
        },
    );
}

/// What `U` multiplied at each step of a block, for rows from `first` on: `h_{t−1}`, after dropout if there is any, and what the
/// formulas of the first product left for a second.
pub fn what_was_read<R: Real, S: Step<R>>(
    given: &Given<'_, R>,
    left: Left<'_, R>,
    block: &Range<usize>,
    first: usize,
    read: &mut [R],
) {
    let (sizes, reads) = (given.sizes, S::RECURRENT.len());
    for (row, read) in read.chunks_exact_mut(reads * sizes.hidden).enumerate() {
        let (b, t) = (first + row / block.len(), block.start + row % block.len());
        let h_before = match given.before(t) {
            Some(t) => &left.states[sizes.at(b, t, 1)],
            None => &given.h_0[sizes.row(b, 1)],
        };
        let (of_state, of_gates) = read.split_at_mut(sizes.hidden);
        given.read(b, h_before, of_state);
        if !of_gates.is_empty() {
            let saved = &left.saved[sizes.at(b, t, S::SAVED)][S::SUMS * sizes.hidden..];
            of_gates.copy_from_slice(&saved[..of_gates.len()]);
        }
    }
}
