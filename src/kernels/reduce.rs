//! Sums whose order is fixed, so that they are the same on every run and for any number of threads.

use pulp::Arch;

use crate::real::Real;

const LANES: usize = 16;

/// `Σ f(x[i])`, accumulated in 16 independent lanes (element `i` goes to lane
/// `i mod 16`), and the lanes summed pairwise. The rounding error grows with `n/16`, not `n`.
#[inline]
pub fn sum_map<R: Real, S: Real>(x: &[R], f: impl Fn(R) -> S) -> S {
    let mut lanes = [S::ZERO; LANES];
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let mut chunks = x.chunks_exact(LANES);
            for chunk in &mut chunks {
                for (lane, &x) in lanes.iter_mut().zip(chunk) {
                    *lane += f(x);
                }
            }
            for (lane, &x) in lanes.iter_mut().zip(chunks.remainder()) {
                *lane += f(x);
            }
        },
    );
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
    }
    lanes[0]
}

/// `Σ x[i]`; 0 for an empty slice.
pub fn sum<R: Real>(x: &[R]) -> R {
    sum_map(x, |x| x)
}

/// The largest element; −∞ for an empty slice, NaN if any element is NaN.
pub fn max<R: Real>(x: &[R]) -> R {
    let start = R::from_f64(f64::NEG_INFINITY);
    x.iter().fold(start, |m, &x| if x > m || x.is_nan() { x } else { m })
}
