//! Steps 1 and 2: plain loops.

/// Step 1. The definition, `c[i][j] += Σₖ a[i][k]·b[k][j]`, as three loops.
pub fn definition(a: &[f32], b: &[f32], c: &mut [f32], [m, depth, n]: [usize; 3]) {
    for i in 0..m {
        for j in 0..n {
            for k in 0..depth {
                c[i * n + j] += a[i * depth + k] * b[k * n + j];
            }
        }
    }
}

/// Step 2. The same terms, the two inner loops exchanged: rows of `B` and `C` are read along, and
/// neighbours in a row of `C` do not wait for one another, so that the compiler uses vectors.
pub fn along_rows(a: &[f32], b: &[f32], c: &mut [f32], [m, depth, n]: [usize; 3]) {
    for i in 0..m {
        let c = &mut c[i * n..][..n];
        for k in 0..depth {
            let a = a[i * depth + k];
            for (c, b) in c.iter_mut().zip(&b[k * n..][..n]) {
                *c += a * b;
            }
        }
    }
}
