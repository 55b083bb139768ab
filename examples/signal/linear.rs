//! Linear autoregression: the forecast that a net has to be compared with.

use crate::task::{AHEAD, WINDOW};

/// Each of the next 100 numbers as a weighted sum of the last 1,000, with the weights of least squares:
///
/// ```text
/// ŷ = W·x    W = argmin Σ |y − W·x|² + λ·|W|²    (X'X + λ·I)·W' = X'Y
/// ```
///
/// The sums go over all windows of the training part, not just over every fifth. There is no constant: the mean of the
/// training part is 0. Ridge regression: Hoerl & Kennard 1970.
pub struct Linear {
    /// `[100, 1000]`
    weights: Vec<f64>,
}

/// The `λ` that are tried, as shares of the mean of the diagonal.
const RIDGES: [f64; 5] = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1];

impl Linear {
    /// Fits the training part. Of some `λ` takes the one with which its first four fifths forecast the last one best.
    pub fn fit(train: &[f64]) -> Self {
        let (first, last) = train.split_at(train.len() / 5 * 4);
        let squares = gram(first);
        let windows: Vec<&[f64]> = last.windows(WINDOW + AHEAD).step_by(10).collect();
        let error = |linear: &Self| -> f64 {
            let squares = windows.iter().flat_map(|window| {
                let (x, y) = window.split_at(WINDOW);
                linear.forecast(x).into_iter().zip(y).map(|(p, y)| (p - y) * (p - y))
            });
            squares.sum()
        };
        let errors =
            RIDGES.map(|ridge| solve(&squares, ridge).map_or(f64::INFINITY, |linear| error(&linear)));
        let best = (0..RIDGES.len()).min_by(|&a, &b| errors[a].total_cmp(&errors[b])).unwrap_or(0);
        let squares = gram(train);
        let fitted = RIDGES[best..].iter().find_map(|&ridge| solve(&squares, ridge));
        fitted.expect("numbers that vary, and a tenth of their variance on the diagonal")
    }

    /// Of windows `[N, 1000]` the numbers that follow, `[N, 100]`.
    pub fn forecast(&self, windows: &[f64]) -> Vec<f64> {
        let window = |window| self.weights.chunks_exact(WINDOW).map(move |row| dot(row, window));
        windows.chunks_exact(WINDOW).flat_map(window).collect()
    }
}

/// `Σ w·w'` over all windows `w` of 1,100 numbers. The sum at `(i + 1, j + 1)` is that at `(i, j)`, but for the ends of the
/// series: so only the first row has to be summed.
fn gram(series: &[f64]) -> Vec<f64> {
    const N: usize = WINDOW + AHEAD;
    let count = series.len() + 1 - N;
    let mut gram = vec![0.0; N * N];
    for j in 0..N {
        gram[j] = dot(&series[..count], &series[j..][..count]);
    }
    for i in 1..N {
        for j in i..N {
            let (before, after) =
                (series[i - 1] * series[j - 1], series[i - 1 + count] * series[j - 1 + count]);
            gram[i * N + j] = gram[(i - 1) * N + j - 1] - before + after;
        }
    }
    gram
}

/// The weights, by Cholesky's decomposition `X'X + λ·I = L·L'`. `None` if rounding left it not positive definite.
fn solve(gram: &[f64], ridge: f64) -> Option<Linear> {
    const N: usize = WINDOW + AHEAD;
    let lambda = ridge * (0..WINDOW).map(|i| gram[i * N + i]).sum::<f64>() / WINDOW as f64;
    let mut l = vec![0.0; WINDOW * WINDOW];
    for i in 0..WINDOW {
        for j in 0..=i {
            let (row_i, row_j) = (&l[i * WINDOW..][..j], &l[j * WINDOW..][..j]);
            let rest = gram[j * N + i] - dot(row_i, row_j);
            if i == j {
                let pivot = rest + lambda;
                if pivot.is_nan() || pivot <= 0.0 {
                    return None;
                }
                l[i * WINDOW + i] = pivot.sqrt();
            } else {
                l[i * WINDOW + j] = rest / l[j * WINDOW + j];
            }
        }
    }
    let mut weights = Vec::with_capacity(AHEAD * WINDOW);
    for k in 0..AHEAD {
        // L·z = X'y, then L'·w = z
        let mut w: Vec<f64> = (0..WINDOW).map(|i| gram[i * N + WINDOW + k]).collect();
        for i in 0..WINDOW {
            let row = &l[i * WINDOW..][..=i];
            w[i] = (w[i] - dot(&row[..i], &w[..i])) / row[i];
        }
        for i in (0..WINDOW).rev() {
            w[i] /= l[i * WINDOW + i];
            let (before, after) = w.split_at_mut(i);
            before.iter_mut().zip(&l[i * WINDOW..]).for_each(|(w, l)| *w -= after[0] * l);
        }
        weights.extend(w);
    }
    Some(Linear { weights })
}

/// With eight sums at a time, for the processor to have something to do while it adds.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0; 8];
    for (a, b) in a.zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f64>() + rest
}
