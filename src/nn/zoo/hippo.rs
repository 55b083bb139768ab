//! The HiPPO matrix's normal part, whose eigenvalues S5 begins with

/// Its eigenvalues are `−½ + i·ω`: the `ω`, ascending, and for each a unit eigenvector, its real and imaginary part.
///
/// The HiPPO-LegS matrix is `−√((2j+1)·(2k+1))` below the diagonal and `−(j+1)` on it. With `½·√((2j+1)·(2k+1))` added everywhere it is
/// `−½ + K`, with `K` antisymmetric. `K·(a + ib) = iω·(a + ib)` says `K·b = ω·a` and `−K·a = ω·b`: `[a b]` is an eigenvector of the symmetric matrix
/// `[0 K; −K 0]`. So is `[−b a]`, which is the same times `i`: each `ω` is there twice.
pub(super) fn normal_part(n: usize) -> (Vec<f64>, Vec<[Vec<f64>; 2]>) {
    let mut m = vec![vec![0.0; 2 * n]; 2 * n];
    for j in 0..n {
        for k in (0..n).filter(|&k| k != j) {
            let size = 0.5 * (((2 * j + 1) * (2 * k + 1)) as f64).sqrt();
            let entry = if j > k { -size } else { size };
            (m[j][n + k], m[n + j][k]) = (entry, -entry);
        }
    }
    let mut pairs: Vec<(f64, Vec<f64>)> = symmetric(m).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let halves = |v: Vec<f64>| [v[..n].to_vec(), v[n..].to_vec()];
    pairs.into_iter().step_by(2).map(|(omega, v)| (omega, halves(v))).unzip()
}

/// Eigenvalues of a symmetric matrix, each with a unit eigenvector: Jacobi's method. A rotation makes one element 0 (and others that were it a
/// little larger again); so often in turn for all that none is left.
fn symmetric(mut m: Vec<Vec<f64>>) -> impl Iterator<Item = (f64, Vec<f64>)> {
    let n = m.len();
    let mut vectors: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    let all: f64 = m.iter().flatten().map(|x| x * x).sum();
    for _ in 0..60 {
        // Summed by themselves: as a difference of two sums they would drown in its rounding.
        let beside: f64 = (0..n * n).filter(|k| k / n != k % n).map(|k| m[k / n][k % n].powi(2)).sum();
        if beside <= 1e-30 * all {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if m[p][q] == 0.0 {
                    continue;
                }
                let theta = (m[q][q] - m[p][p]) / (2.0 * m[p][q]);
                let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let (cos, sin) = (1.0 / t.hypot(1.0), t / t.hypot(1.0));
                let turn = |x: &mut f64, y: &mut f64| (*x, *y) = (cos * *x - sin * *y, sin * *x + cos * *y);
                for rows in [&mut m, &mut vectors] {
                    let [a, b] = rows.get_disjoint_mut([p, q]).expect("two rows");
                    a.iter_mut().zip(b).for_each(|(x, y)| turn(x, y));
                }
                for row in &mut m {
                    let [x, y] = row.get_disjoint_mut([p, q]).expect("two columns");
                    turn(x, y);
                }
            }
        }
    }
    (0..n).map(move |i| (m[i][i], vectors[i].clone()))
}

#[cfg(test)]
mod tests {
    use super::normal_part;

    #[test]
    fn they_are_eigenvectors() {
        for n in [1, 2, 3, 5, 16, 33] {
            let (omegas, vectors) = normal_part(n);
            assert_eq!((omegas.len(), vectors.len()), (n, n));
            for (omega, [a, b]) in omegas.iter().zip(&vectors) {
                let norm: f64 = a.iter().chain(b).map(|x| x * x).sum();
                assert!((norm - 1.0).abs() < 1e-12, "n {n}: norm {norm}");
                for j in 0..n {
                    let entry = |k: usize| {
                        let size = 0.5 * (((2 * j + 1) * (2 * k + 1)) as f64).sqrt();
                        if j == k {
                            0.0
                        } else if j > k {
                            -size
                        } else {
                            size
                        }
                    };
                    let times = |v: &[f64]| (0..n).map(|k| entry(k) * v[k]).sum::<f64>();
                    let off = (times(a) + omega * b[j]).abs() + (times(b) - omega * a[j]).abs();
                    assert!(off < 1e-11 * n as f64, "n {n}, ω {omega}: {off:e}");
                }
            }
            // Eigenvalues of a real matrix come in conjugate pairs.
            assert!(omegas.iter().zip(omegas.iter().rev()).all(|(x, y)| (x + y).abs() < 1e-10));
            assert!(omegas.windows(2).all(|pair| pair[1] - pair[0] > 1e-3), "{omegas:?}");
        }
    }
}
