//! Softmax and its logarithm, of one row. The largest element is subtracted first, so that no
//! exponential overflows: `e^(x−m)/Σ e^(x−m)` is the same for every `m`.

use super::elementwise::map;
use super::reduce;
use crate::real::Real;

/// `y[i] = e^x[i] / Σⱼ e^x[j]`. Returns `m = max x` and `Σ e^(x−m)`.
pub fn softmax<R: Real>(x: &[R], y: &mut [R]) -> (R, R) {
    let max = reduce::max(x);
    map(x, y, move |x| (x - max).exp());
    let sum = reduce::sum(y);
    y.iter_mut().for_each(|y| *y /= sum);
    (max, sum)
}

/// `y[i] = ln (e^x[i] / Σⱼ e^x[j])`
pub fn log_softmax<R: Real>(x: &[R], y: &mut [R]) {
    let (max, ln_sum) = max_and_ln_sum(x);
    map(x, y, move |x| (x - max) - ln_sum);
}

/// `ln Σ e^x[i]`; −∞ for an empty row, and for one of nothing but −∞.
pub fn logsumexp<R: Real>(x: &[R]) -> R {
    let (max, ln_sum) = max_and_ln_sum(x);
    if max.is_finite() { max + ln_sum } else { max }
}

/// `m = max x` and `ln Σ e^(x−m)`, whose sum is `ln Σ eˣ`. Kept apart because a large `m` would
/// swallow the digits of the other.
pub fn max_and_ln_sum<R: Real>(x: &[R]) -> (R, R) {
    let max = reduce::max(x);
    (max, reduce::sum_map(x, move |x| (x - max).exp()).ln())
}
