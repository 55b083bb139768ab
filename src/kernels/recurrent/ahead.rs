//! What forward leaves for backward, sent for a few rows before it is written, or read. The hardware doesn't foresee it: the next row's
//! numbers of the same step lie `T` steps further on, on another page.

use std::ops::Range;

use prefetch_index::prefetch_index;

use super::Sizes;
use super::step::Step;
use crate::kernels::lines::line;
use crate::real::Real;

/// Bytes that an L2 cache holds. If forward leaves no more, nothing is sent for.
const NEAR: usize = 1 << 20;

/// A row is sent for if it has no more bytes than this: once a longer one has begun, the hardware goes on by itself.
const SHORT: usize = 1 << 11;

/// How many rows early: formulas of three rows take as long as L3 does to answer.
pub const ROWS_AHEAD: usize = 3;

/// Whether rows of what forward leaves are to be sent for.
pub fn is_far<R: Real, S: Step<R>>(sizes: Sizes) -> bool {
    let bytes_of_unit = S::SAVED * size_of::<R>();
    sizes.units() * bytes_of_unit > NEAR && sizes.hidden * bytes_of_unit <= SHORT
}

/// Sends for the lines of some numbers.
#[inline(always)]
pub fn send_for<R: Real>(saved: &[R], numbers: Range<usize>) {
    for number in (numbers.start / line::<R>() * line::<R>()..numbers.end).step_by(line::<R>()) {
        prefetch_index(saved, number);
    }
}
