//! `Y = A·B[:, from..from + N]`: a product with some columns of a matrix, where they lie

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::gemm::{add_product, product};
use crate::kernels::{Mat, MatMut};
use crate::real::Real;
use crate::tensor::Shape;

/// `Y = A·B[:, from..from + N]`: `y[i, j] = Σ_k a[i, k]·b[k, from + j]`, with `A` `[.., K]`, `B` `[K, M]`, `Y` `[.., N]`. One gate's weights out of `[H, G·H]`:
/// nothing is copied.
#[derive(Clone, Copy, Debug)]
pub struct MatMulColumns {
    /// The first column.
    pub from: usize,
    /// How many, `N`.
    pub len: usize,
}

impl<R: Real> Rule<R> for MatMulColumns {
    fn name(&self) -> &'static str {
        "matmul_columns"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (a, b, Self { from, len }) = (x.shape(0), x.shape(1), *self);
        let ranks_fit = a.rank() >= 2 && b.rank() == 2;
        assert!(ranks_fit, "matmul_columns: cannot multiply shapes {a} and {b}: want [.., K] and a matrix");
        assert!(a.last() == b.rows(), "matmul_columns: inner sizes of shapes {a} and {b} differ");
        let fits = from.checked_add(len).is_some_and(|end| end <= b.last());
        assert!(fits, "matmul_columns: shape {b} has no {len} columns from {from} on (shape {a} times it)");
        a.with_size(a.rank() - 1, len)
    }

    fn forward(&self, at: Forward<'_, R>) {
        let (a, b) = (at.x.shape(0), at.x.shape(1));
        let a = Mat::new(at.x.value(0), a.rows(), a.last());
        let b = Mat::strided(part(at.x.value(1), self.from), b.rows(), self.len, b.last());
        product(a, b, MatMut::new(at.y, a.rows, self.len));
    }

    // As for every product, dA += dY·Bᵀ and dB += Aᵀ·dY, here with those columns of B and of dB. The others had no part in Y.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (a, b) = (at.x.shape(0), at.x.shape(1));
        let dy = Mat::new(at.dy, a.rows(), self.len);
        let columns = Mat::strided(part(at.x.value(1), self.from), b.rows(), self.len, b.last());
        let a = Mat::new(at.x.value(0), a.rows(), a.last());
        if let Some(da) = at.grad(0) {
            add_product(dy, columns.t(), MatMut::new(da, a.rows, a.cols));
        }
        if let Some(db) = at.grad(1) {
            let from = self.from.min(db.len());
            add_product(a.t(), dy, MatMut::strided(&mut db[from..], b.rows(), self.len, b.last()));
        }
    }
}

/// A matrix from one of its columns on. (One without rows has none.)
fn part<R>(b: &[R], from: usize) -> &[R] {
    &b[from.min(b.len())..]
}
