//! Many numbers at once, by all threads of the pool that the caller is in.

use crate::real::Real;

/// Values that a thread should have, a quarter of a megabyte. Where so many are computed, there mostly are products that are shared out, too, and the
/// other threads are awake.
pub const VALUES: usize = 1 << 16;

/// Parameters that a thread should have. A net may have many, take one row at a time, and leave the other threads asleep: to wake one takes some 30 µs.
pub const PARAMETERS: usize = 1 << 17;

/// `y[i] = value`.
pub fn fill<R: Real>(y: &mut [R], value: R) {
    each([], y, [], move |[], y, []| y.fill(value));
}

/// `y[i] = x[i]`.
///
/// # Panics
/// If there are not as many of both.
#[track_caller]
pub fn copy<R: Real>(x: &[R], y: &mut [R]) {
    assert!(x.len() == y.len(), "copy of {} numbers to {}", x.len(), y.len());
    each([x], y, [], |[x], y, []| y.copy_from_slice(x));
}

/// Runs `code` on the arrays, or, if they are long, on parts of them, which lie at the same place in each: for loops in which
/// no number depends on its neighbours. How long they are, `y` says; `x` and `more` may have empty ones instead.
#[inline]
pub fn each<'a, R: Real, const N: usize, const M: usize>(
    x: [&'a [R]; N],
    y: &'a mut [R],
    more: [&'a mut [R]; M],
    code: impl Fn([&'a [R]; N], &'a mut [R], [&'a mut [R]; M]) + Copy + Sync,
) {
    among(VALUES, x, y, more, code);
}

/// The same, on parts of `per_thread` numbers or more. For parameters, their gradients, and what else there is of each, that is [`PARAMETERS`].
#[inline]
pub fn among<'a, R: Real, const N: usize, const M: usize>(
    per_thread: usize,
    x: [&'a [R]; N],
    y: &'a mut [R],
    more: [&'a mut [R]; M],
    code: impl Fn([&'a [R]; N], &'a mut [R], [&'a mut [R]; M]) + Copy + Sync,
) {
    if is_for_one(y.len(), per_thread) {
        code(x, y, more);
    } else {
        halves(per_thread, x, y, more, code);
    }
}

#[inline(never)]
fn halves<'a, R: Real, const N: usize, const M: usize>(
    per_thread: usize,
    x: [&'a [R]; N],
    y: &'a mut [R],
    mut more: [&'a mut [R]; M],
    code: impl Fn([&'a [R]; N], &'a mut [R], [&'a mut [R]; M]) + Copy + Sync,
) {
    if y.len() < 2 * per_thread {
        return code(x, y, more);
    }
    let middle = (y.len() / 2).next_multiple_of(64); // where a cache line begins
    let x = x.map(|x| x.split_at(middle.min(x.len())));
    let (left, right) = y.split_at_mut(middle);
    let first = more.each_mut().map(|y| y.split_off_mut(..middle.min(y.len())).expect("not more than all"));
    rayon::join(
        || halves(per_thread, x.map(|x| x.0), left, first, code),
        || halves(per_thread, x.map(|x| x.1), right, more, code),
    );
}

/// Whether others would not help: there are too few numbers for two, or the caller is outside the pool.
#[inline]
pub fn is_for_one(count: usize, per_thread: usize) -> bool {
    count < 2 * per_thread || rayon::current_thread_index().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_numbers_get_there() {
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                for count in [0, 5, 2 * VALUES + 3, 2 * PARAMETERS + 3] {
                    let x: Vec<f64> = (0..count).map(|i| i as f64).collect();
                    let mut y = vec![f64::NAN; count];
                    copy(&x, &mut y);
                    assert_eq!(x, y);
                    fill(&mut y, 7.0);
                    assert_eq!(y, vec![7.0; count]);
                    let mut z = x.clone();
                    each([&x, &[]], &mut y, [&mut z, &mut []], |[x, empty], y, [z, empty_too]| {
                        assert_eq!((empty.len(), empty_too.len()), (0, 0));
                        for ((y, z), x) in y.iter_mut().zip(z).zip(x) {
                            (*y, *z) = (*y + x, *z + x);
                        }
                    });
                    assert!(y.iter().zip(&x).all(|(y, x)| *y == x + 7.0));
                    assert!(z.iter().zip(&x).all(|(z, x)| *z == 2.0 * x));
                    among(PARAMETERS, [], &mut y, [], |[], part, []| {
                        assert!(part.len() == count || part.len() >= PARAMETERS - 64);
                        part.iter_mut().for_each(|y| *y -= 7.0);
                    });
                    assert_eq!(x, y);
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
