//! The definitions, as plain loops: what every tuned kernel is tested against.

use super::Mat;
use crate::real::Real;

/// `C += A·B`: `c[i][j] += Σ_k a[i][k]·b[k][j]`, with `A` `[M, K]`, `B` `[K, N]`, `C` `[M, N]`.
///
/// # Panics
/// If the inner sizes differ or `c` is shorter than `M·N`.
pub fn gemm<R: Real>(a: Mat<'_, R>, b: Mat<'_, R>, c: &mut [R]) {
    assert_eq!(a.cols, b.rows, "inner sizes");
    for i in 0..a.rows {
        for j in 0..b.cols {
            for k in 0..a.cols {
                c[i * b.cols + j] += a.at(i, k) * b.at(k, j);
            }
        }
    }
}
