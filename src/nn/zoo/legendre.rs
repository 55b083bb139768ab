//! The last `θ` steps of a signal as coefficients of Legendre polynomials: the matrices of the LMU

/// `[Āᵀ; B̄ᵀ]` `[d + 1, d]`, row by row, for which `[m_{t−1}, u_t]·[Āᵀ; B̄ᵀ]` is `m_t`: the first `d` coefficients of what `u` was in the last `θ`
/// steps, `u(t − s) ≈ Σᵢ mᵢ·Pᵢ(2·s/θ − 1)` with Legendre's polynomials `Pᵢ`.
///
/// ```text
/// θ·ṁ = m·Aᵀ + u·Bᵀ,   Aᵢⱼ = (2i + 1)·(−1 if i < j, else (−1)^(i−j+1)),   Bᵢ = (2i + 1)·(−1)^i
/// ```
///
/// One step of that, with `u` constant in the step (zero-order hold), is the exponential of `[[Aᵀ, 0]; [Bᵀ, 0]]/θ`.
pub(super) fn window(d: usize, theta: f64) -> Vec<f64> {
    let n = d + 1;
    let sign = |odd: bool| if odd { -1.0 } else { 1.0 };
    let mut a = vec![0.0; n * n];
    for i in 0..d {
        let scale = (2 * i + 1) as f64 / theta;
        for j in 0..d {
            a[j * n + i] = scale * sign(i < j || (i - j).is_multiple_of(2));
        }
        a[d * n + i] = scale * sign(!i.is_multiple_of(2));
    }
    exponential(a, n).chunks(n).flat_map(|row| &row[..d]).copied().collect()
}

/// `e^A = (e^(A/2^k))^(2^k)`, the inner one by its series.
fn exponential(mut a: Vec<f64>, n: usize) -> Vec<f64> {
    let norm = a.chunks(n).map(|row| row.iter().map(|x| x.abs()).sum()).fold(0.0, f64::max);
    let halvings = norm.log2().ceil().max(0.0) as i32 + 1; // so that ‖A/2^k‖ ≤ 1/2
    a.iter_mut().for_each(|x| *x *= 0.5f64.powi(halvings));
    let mut e: Vec<f64> = (0..n * n).map(|k| if k % (n + 1) == 0 { 1.0 } else { 0.0 }).collect();
    for k in (1..=16).rev() {
        e = product(&a, &e, n); // Horner: 1 + A/1·(1 + A/2·(1 + …))
        e.iter_mut().for_each(|x| *x /= f64::from(k));
        e.iter_mut().step_by(n + 1).for_each(|x| *x += 1.0);
    }
    (0..halvings).for_each(|_| e = product(&e, &e, n));
    e
}

fn product(a: &[f64], b: &[f64], n: usize) -> Vec<f64> {
    let mut c = vec![0.0; n * n];
    for (row, c) in a.chunks(n).zip(c.chunks_mut(n)) {
        for (&x, b) in row.iter().zip(b.chunks(n)) {
            c.iter_mut().zip(b).for_each(|(c, &b)| *c += x * b);
        }
    }
    c
}
