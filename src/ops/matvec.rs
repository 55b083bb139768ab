//! `y = C·x` for each row of the batch, which has a matrix of its own

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::gemm::{add_product, product};
use crate::kernels::{Mat, MatMut};
use crate::real::Real;
use crate::tensor::Shape;

/// `y[b, m] = Σₙ c[b, m·N + n]·x[b, n]`: reads a memory `C` `[B, M·N]`, a matrix for each row, with `x` `[B, N]`.
#[derive(Clone, Copy, Debug)]
pub struct MatVec;

impl<R: Real> Rule<R> for MatVec {
    fn name(&self) -> &'static str {
        "matvec"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (c, x) = (x.shape(0), x.shape(1));
        let fits = c.rank() == 2 && x.rank() == 2 && c.rows() == x.rows() && x.last() > 0;
        let fits = fits && c.last().is_multiple_of(x.last());
        assert!(
            fits,
            "matvec: matrices of shape {c} for vectors of shape {x}: want [B, M·N] and [B, N], N > 0"
        );
        Shape::from([c.rows(), c.last() / x.last()])
    }

    fn forward(&self, at: Forward<'_, R>) {
        let (c, x) = (at.x.value(0), at.x.value(1));
        let [m, n] = [at.shape.last(), at.x.shape(1).last()];
        for (b, y) in at.y.chunks_exact_mut(m.max(1)).enumerate() {
            let (c, x) = (Mat::new(&c[b * m * n..][..m * n], m, n), Mat::new(&x[b * n..][..n], 1, n));
            product(x, c.t(), MatMut::new(y, 1, m)); // yᵀ = xᵀ·Cᵀ
        }
    }

    // Of each row: dC += dy·xᵀ and dx += Cᵀ·dy.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (c, x, dy) = (at.x.value(0), at.x.value(1), at.dy);
        let [m, n] = [at.shape.last(), at.x.shape(1).last()];
        let rows = || dy.chunks_exact(m.max(1)).enumerate();
        if let Some(dc) = at.grad(0) {
            for (b, dy) in rows() {
                let (dy, x) = (Mat::new(dy, m, 1), Mat::new(&x[b * n..][..n], 1, n));
                add_product(dy, x, MatMut::new(&mut dc[b * m * n..][..m * n], m, n));
            }
        }
        if let Some(dx) = at.grad(1) {
            for (b, dy) in rows() {
                let (dy, c) = (Mat::new(dy, 1, m), Mat::new(&c[b * m * n..][..m * n], m, n));
                add_product(dy, c, MatMut::new(&mut dx[b * n..][..n], 1, n));
            }
        }
    }
}
