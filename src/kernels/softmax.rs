//! Softmax and its logarithm, of one row. The largest element is subtracted first, so that no
//! exponential overflows: `e^(x−m)/Σ e^(x−m)` is the same for every `m`.

use super::reduce::{LANES, fold_lanes, lanes_max, padded};
use crate::real::Real;
use crate::simd;

/// Elements whose exponentials are added up in lanes before the sum goes on.
const BLOCK: usize = 1024;

/// `y[i] = e^x[i] / Σⱼ e^x[j]`. Returns `m = max x` and `Σ e^(x−m)`.
pub fn softmax<R: Real>(x: &[R], y: &mut [R]) -> (R, R) {
    simd::run(
        #[inline(always)]
        move || {
            let max = lanes_max(x);
            let mut sum = R::ZERO;
            for (x, y) in x.chunks(BLOCK).zip(y.chunks_mut(BLOCK)) {
                let mut lanes = [R::ZERO; LANES];
                let ((x, x_rest), (y, y_rest)) = (x.as_chunks(), y.as_chunks_mut());
                for (x, y) in x.iter().zip(y) {
                    *y = add_exps(*x, max, &mut lanes);
                }
                y_rest.copy_from_slice(&add_exps(padded(x_rest), max, &mut lanes)[..x_rest.len()]);
                sum += fold_lanes(lanes, |a, b| a + b);
            }
            for y in y {
                *y /= sum;
            }
            (max, sum)
        },
    )
}

/// `y[i] = ln (e^x[i] / Σⱼ e^x[j])`
pub fn log_softmax<R: Real>(x: &[R], y: &mut [R]) {
    simd::run(
        #[inline(always)]
        move || {
            let (max, sum) = max_and_sum(x);
            let ln_sum = sum.ln();
            for (y, &x) in y.iter_mut().zip(x) {
                *y = (x - max) - ln_sum;
            }
        },
    );
}

/// `ln Σ e^x[i]`; −∞ for an empty row, and for one of nothing but −∞.
pub fn logsumexp<R: Real>(x: &[R]) -> R {
    let (max, sum) = simd::run(
        #[inline(always)]
        move || max_and_sum(x),
    );
    if max.is_finite() { max + sum.ln() } else { max }
}

/// `m = max x` and `Σ e^(x−m)`. `ln Σ eˣ` is the sum of `m` and a logarithm; they are kept apart because a
/// large `m` would swallow the digits of the other.
#[inline(always)]
fn max_and_sum<R: Real>(x: &[R]) -> (R, R) {
    let max = lanes_max(x);
    let mut sum = R::ZERO;
    for x in x.chunks(BLOCK) {
        let mut lanes = [R::ZERO; LANES];
        let (x, rest) = x.as_chunks();
        for x in x {
            add_exps(*x, max, &mut lanes);
        }
        add_exps(padded(rest), max, &mut lanes);
        sum += fold_lanes(lanes, |a, b| a + b);
    }
    (max, sum)
}

/// `e^(x−m)`, which are also added to the lanes.
#[inline(always)]
fn add_exps<R: Real>(x: [R; LANES], max: R, lanes: &mut [R; LANES]) -> [R; LANES] {
    let mut y = x;
    for (y, lane) in y.iter_mut().zip(lanes) {
        *y = (*y - max).exp();
        *lane += *y;
    }
    y
}
