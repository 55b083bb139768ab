//! Many numbers from one place to another, by all threads of the pool that the caller is in.

use rayon::prelude::*;

use crate::real::Real;

/// Numbers for which it is worth having a thread: half a megabyte or more.
const PER_THREAD: usize = 1 << 17;

/// `y[i] = value`.
pub fn fill<R: Real>(y: &mut [R], value: R) {
    if is_for_one(y.len()) {
        y.fill(value);
    } else {
        y.par_chunks_mut(PER_THREAD).for_each(|y| y.fill(value));
    }
}

/// `y[i] = x[i]`.
///
/// # Panics
/// If there are not as many of both.
#[track_caller]
pub fn copy<R: Real>(x: &[R], y: &mut [R]) {
    if is_for_one(y.len()) {
        y.copy_from_slice(x);
    } else {
        assert!(x.len() == y.len(), "copy of {} numbers to {}", x.len(), y.len());
        let parts = x.par_chunks(PER_THREAD).zip(y.par_chunks_mut(PER_THREAD));
        parts.for_each(|(x, y)| y.copy_from_slice(x));
    }
}

/// Whether others would not help: there are few numbers, or the caller is outside the pool.
fn is_for_one(count: usize) -> bool {
    count < 2 * PER_THREAD || rayon::current_thread_index().is_none()
}
