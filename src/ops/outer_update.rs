//! `Y = C·diag(f) + p·qᵀ` for each row of the batch, which has a matrix of its own

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::gemm::add_product;
use crate::kernels::{Mat, MatMut, elementwise, reduce};
use crate::real::Real;
use crate::tensor::Shape;

/// `y[b, m·N + n] = c[b, m·N + n]·f[b, n] + p[b, m]·q[b, n]`: a memory `C` `[B, M·N]`, a matrix for each row, to which `p` `[B, M]` is added at
/// `q` `[B, N]`. What it keeps of its columns, the factors `f` `[B, N]` say, one for all of them `[B, 1]`, or, without any, all.
#[derive(Clone, Copy, Debug)]
pub struct OuterUpdate;

/// The inputs and the sizes `M`, `N`.
struct Parts<'a, R> {
    c: &'a [R],
    p: &'a [R],
    q: &'a [R],
    /// None, one, or one for each column.
    f: &'a [R],
    m: usize,
    n: usize,
}

impl<'a, R: Real> Parts<'a, R> {
    /// Those of one row of the batch.
    fn of(x: Inputs<'a, R>, b: usize) -> Self {
        let row = |i: usize| &x.value(i)[b * x.shape(i).last()..][..x.shape(i).last()];
        let f = if x.count() == 4 { row(3) } else { &[] };
        Self { c: row(0), p: row(1), q: row(2), f, m: x.shape(1).last(), n: x.shape(2).last() }
    }
}

impl<R: Real> Rule<R> for OuterUpdate {
    fn name(&self) -> &'static str {
        "outer_update"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let [c, p, q] = [0, 1, 2].map(|i| x.shape(i));
        let rows = |shape: Shape| shape.rank() == 2 && shape.rows() == c.rows();
        let fits = rows(c) && rows(p) && rows(q) && c.last() == p.last() * q.last();
        assert!(fits, "outer_update: shapes {c}, {p} and {q}: want [B, M·N], [B, M] and [B, N]");
        if x.count() == 4 {
            let f = x.shape(3);
            let fits = rows(f) && (f.last() == 1 || f.last() == q.last());
            assert!(fits, "outer_update: factors of shape {f} for {q}: want [B, N] or [B, 1]");
        }
        c
    }

    fn forward(&self, at: Forward<'_, R>) {
        let size = at.shape.last();
        for b in 0..at.shape.rows() {
            let (y, Parts { c, p, q, f, m, n }) = (&mut at.y[b * size..][..size], Parts::of(at.x, b));
            match f {
                [] => y.copy_from_slice(c),
                &[f] => elementwise::map(c, y, move |c| c * f),
                f => each_row(y, c, n, |y, c| elementwise::zip(c, f, y, |c, f| c * f)),
            }
            add_product(Mat::new(p, m, 1), Mat::new(q, 1, n), MatMut::new(y, m, n));
        }
    }

    // Of each row: dC += dY·diag(f), dp += dY·q, dq += dYᵀ·p, df[n] += Σ_m dy[m, n]·c[m, n], or the sum of all of these.
    fn vjp(&self, mut at: Backward<'_, R>) {
        for b in 0..at.shape.rows() {
            let Parts { c, p, q, f, m, n } = Parts::of(at.x, b);
            let dy = &at.dy[b * m * n..][..m * n];
            if let Some(dc) = at.grad(0) {
                let dc = &mut dc[b * m * n..][..m * n];
                match f {
                    [] => elementwise::add_map(dy, dc, |dy| dy),
                    &[f] => elementwise::add_map(dy, dc, move |dy| dy * f),
                    f => each_row(dc, dy, n, |dc, dy| elementwise::add_zip(dy, f, dc, |dy, f| dy * f)),
                }
            }
            let matrix = Mat::new(dy, m, n);
            if let Some(dp) = at.grad(1) {
                add_product(Mat::new(q, 1, n), matrix.t(), MatMut::new(&mut dp[b * m..][..m], 1, m));
            }
            if let Some(dq) = at.grad(2) {
                add_product(Mat::new(p, 1, m), matrix, MatMut::new(&mut dq[b * n..][..n], 1, n));
            }
            let Some(df) = (if at.x.count() == 4 { at.grad(3) } else { None }) else { continue };
            match &mut df[b * f.len()..][..f.len()] {
                [df] => *df += reduce::sum_zip(dy, c, |dy, c| dy * c),
                df => {
                    let rows = dy.chunks_exact(n.max(1)).zip(c.chunks_exact(n.max(1)));
                    rows.for_each(|(dy, c)| elementwise::add_zip(dy, c, df, |dy, c| dy * c));
                }
            }
        }
    }
}

/// Visits rows of `n` numbers of two matrices together.
fn each_row<R>(y: &mut [R], x: &[R], n: usize, f: impl Fn(&mut [R], &[R])) {
    y.chunks_exact_mut(n.max(1)).zip(x.chunks_exact(n.max(1))).for_each(|(y, x)| f(y, x));
}
