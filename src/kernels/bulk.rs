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
    assert!(x.len() == y.len(), "copy of {} numbers to {}", x.len(), y.len());
    if is_for_one(y.len()) {
        y.copy_from_slice(x);
    } else {
        let parts = x.par_chunks(PER_THREAD).zip(y.par_chunks_mut(PER_THREAD));
        parts.for_each(|(x, y)| y.copy_from_slice(x));
    }
}

/// Whether others would not help: there are few numbers, or the caller is outside the pool.
fn is_for_one(count: usize) -> bool {
    count < 2 * PER_THREAD || rayon::current_thread_index().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_numbers_get_there() {
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                for count in [0, 5, 2 * PER_THREAD + 3] {
                    let x: Vec<f64> = (0..count).map(|i| i as f64).collect();
                    let mut y = vec![f64::NAN; count];
                    copy(&x, &mut y);
                    assert_eq!(x, y);
                    fill(&mut y, 7.0);
                    assert_eq!(y, vec![7.0; count]);
                }
            });
        }
    }

    #[test]
    #[should_panic = "copy of 3 numbers to 2"]
    fn as_many_as_there_is_room_for() {
        copy(&[1.0; 3], &mut [0.0; 2]);
    }
}
