//! Sums whose order is fixed, so that they are the same on every run and for any number of threads.

use super::{bulk, elementwise};
use crate::real::Real;
use crate::simd;

pub(super) const LANES: usize = 16;
/// Elements that the lanes take at once.
const BLOCK: usize = 1024;

/// `Σ f(a[i], b[i])`. Halved until 1024 elements or fewer are left, which are accumulated in 16
/// independent lanes (element `i` goes to lane `i mod 16`); the lanes are summed pairwise. So the
/// rounding error of a long sum grows with `log n`.
#[inline]
pub fn sum_zip<R: Real, S: Real>(a: &[R], b: &[R], f: impl Fn(R, R) -> S + Sync) -> S {
    by_halves(a, b, &f)
}

fn by_halves<R: Real, S: Real>(a: &[R], b: &[R], f: &(impl Fn(R, R) -> S + Sync)) -> S {
    if a.len() <= BLOCK {
        return sum_row(
            a,
            b,
            b,
            #[inline(always)]
            |a, b, _| f(a, b),
        );
    }
    let middle = (a.len() / 2).next_multiple_of(LANES);
    let left = || by_halves(&a[..middle], &b[..middle], f);
    let right = || by_halves(&a[middle..], &b[middle..], f);
    let (left, right) = if bulk::is_for_one(a.len(), bulk::PARAMETERS) {
        (left(), right())
    } else {
        rayon::join(left, right)
    };
    left + right
}

/// `Σ f(a[i], b[i], c[i])`, in the same lanes, but without halves: for rows, not for long sums.
#[inline]
pub fn sum_row<R: Real, S: Real>(a: &[R], b: &[R], c: &[R], f: impl Fn(R, R, R) -> S) -> S {
    let lanes = simd::run(
        #[inline(always)]
        move || {
            let mut lanes = [S::ZERO; LANES];
            let (a, b, c) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>(), c.as_chunks::<LANES>());
            for ((a, b), c) in a.0.iter().zip(b.0).zip(c.0) {
                for (((lane, &a), &b), &c) in lanes.iter_mut().zip(a).zip(b).zip(c) {
                    *lane += f(a, b, c);
                }
            }
            for (((lane, &a), &b), &c) in lanes.iter_mut().zip(a.1).zip(b.1).zip(c.1) {
                *lane += f(a, b, c);
            }
            lanes
        },
    );
    fold_lanes(lanes, |a, b| a + b)
}

/// All lanes in one, in pairs.
#[inline(always)]
pub(super) fn fold_lanes<S: Real>(mut lanes: [S; LANES], f: impl Fn(S, S) -> S) -> S {
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for i in 0..width {
            lanes[i] = f(lanes[i], lanes[i + width]);
        }
    }
    lanes[0]
}

/// `Σ f(x[i])`, in the order of [`sum_zip`].
#[inline]
pub fn sum_map<R: Real, S: Real>(x: &[R], f: impl Fn(R) -> S + Sync) -> S {
    sum_zip(
        x,
        x,
        #[inline(always)]
        |x, _| f(x),
    )
}

/// `Σ x[i]`; 0 for an empty slice.
pub fn sum<R: Real>(x: &[R]) -> R {
    sum_map(x, |x| x)
}

/// The largest element; −∞ if there is none, NaN if any element is NaN.
pub fn max<R: Real>(x: &[R]) -> R {
    simd::run(
        #[inline(always)]
        move || lanes_max(x),
    )
}

/// The larger of two; NaN if any of them is NaN.
#[inline(always)]
pub fn larger<R: Real>(a: R, b: R) -> R {
    if b > a || b.is_nan() { b } else { a }
}

/// [`max`], to be called inside [`simd::run`].
#[inline(always)]
pub(super) fn lanes_max<R: Real>(x: &[R]) -> R {
    // Two passes, one for numbers and one for NaN, take half the time of one that looks for both at once.
    let numbers = fold_row(x, |max, x| if x > max { x } else { max });
    larger(numbers, fold_row(x, |nan, x| if x.is_nan() { x } else { nan }))
}

/// `x` folded in lanes, which begin with −∞; then the larger of them.
#[inline(always)]
fn fold_row<R: Real>(x: &[R], f: impl Fn(R, R) -> R) -> R {
    let mut lanes = [R::from_f64(f64::NEG_INFINITY); LANES];
    let mut fold = |x: &[R; LANES]| lanes.iter_mut().zip(x).for_each(|(lane, &x)| *lane = f(*lane, x));
    let (x, rest) = x.as_chunks();
    x.iter().for_each(&mut fold);
    fold(&padded(rest));
    fold_lanes(lanes, larger)
}

/// The rest of a row, filled up with −∞: no maximum, and `e^−∞` is 0.
#[inline(always)]
pub(super) fn padded<R: Real>(rest: &[R]) -> [R; LANES] {
    let mut x = [R::from_f64(f64::NEG_INFINITY); LANES];
    x[..rest.len()].copy_from_slice(rest);
    x
}

/// `y[o, i] = Σₖ x[o, k, i]` for `x` seen as `[outer, n, inner]`. Adds in the order of `k` unless
/// `inner` is 1; then in that of [`sum`].
pub fn sum_axis<R: Real>(x: &[R], [_, n, inner]: [usize; 3], y: &mut [R]) {
    y.fill(R::ZERO);
    if n * inner == 0 {
        return;
    }
    for (x, y) in x.chunks_exact(n * inner).zip(y.chunks_exact_mut(inner)) {
        match y {
            [y] => *y = sum(x),
            y => x.chunks_exact(inner).for_each(|x| elementwise::add_map(x, y, |x| x)),
        }
    }
}

/// The other way: `x[o, k, i] += f(y[o, i])` for every `k`.
pub fn add_along_axis<R: Real>(y: &[R], [_, n, inner]: [usize; 3], x: &mut [R], f: impl Fn(R) -> R) {
    if n * inner == 0 {
        return;
    }
    for (x, y) in x.chunks_exact_mut(n * inner).zip(y.chunks_exact(inner)) {
        match y {
            &[y] => x.iter_mut().for_each(|x| *x += f(y)),
            y => x.chunks_exact_mut(inner).for_each(|x| elementwise::add_map(y, x, &f)),
        }
    }
}
