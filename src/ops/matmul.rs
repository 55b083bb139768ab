//! `Y = A·B`, each of `A` and `B` plain or transposed

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::gemm::{add_product, product};
use crate::kernels::{Mat, MatMut};
use crate::real::Real;
use crate::tensor::Shape;

/// `Y = A·B`: `y[i, j] = Σ_k a[i, k]·b[k, j]`, with `A` `[.., K]`, `B` `[K, N]`, `Y` `[.., N]`.
///
/// The leading axes of `A` are flattened into rows, so `[B, T, I]·[I, H]` is one product over `B·T`
/// rows. An operand that is transposed is a matrix.
#[derive(Clone, Copy, Debug)]
pub struct MatMul {
    /// Multiply by `Aᵀ` instead of `A`.
    pub a_t: bool,
    /// Multiply by `Bᵀ` instead of `B`.
    pub b_t: bool,
}

impl MatMul {
    fn operands<'a, R: Real>(&self, x: Inputs<'a, R>) -> [Mat<'a, R>; 2] {
        let [a, b] = [0, 1].map(|i| Mat::new(x.value(i), x.shape(i).rows(), x.shape(i).last()));
        [a.t_if(self.a_t), b.t_if(self.b_t)]
    }
}

impl<R: Real> Rule<R> for MatMul {
    fn name(&self) -> &'static str {
        match (self.a_t, self.b_t) {
            (false, false) => "matmul",
            (true, false) => "matmul_tn",
            (false, true) => "matmul_nt",
            (true, true) => "matmul_tt",
        }
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (a, b, name) = (x.shape(0), x.shape(1), Rule::<R>::name(self));
        let ranks_fit = if self.a_t { a.rank() == 2 } else { a.rank() >= 2 } && b.rank() == 2;
        assert!(ranks_fit, "{name}: cannot multiply shapes {a} and {b}: want [.., K] and a matrix");
        let [m, k] = if self.a_t { [a.last(), a.rows()] } else { [a.rows(), a.last()] };
        let [k_too, n] = if self.b_t { [b.last(), b.rows()] } else { [b.rows(), b.last()] };
        assert!(k == k_too, "{name}: inner sizes of shapes {a} and {b} differ");
        if self.a_t { Shape::from([m, n]) } else { a.with_size(a.rank() - 1, n) }
    }

    fn forward(&self, at: Forward<'_, R>) {
        let [a, b] = self.operands(at.x);
        product(a, b, MatMut::new(at.y, a.rows, b.cols));
    }

    // ∂L/∂a[i,k] = Σ_j ∂L/∂y[i,j]·∂y[i,j]/∂a[i,k] = Σ_j dy[i,j]·b[k,j], so dA += dY·Bᵀ, and in the
    // same way dB += Aᵀ·dY. If A itself was read transposed, so is its gradient: (dY·Bᵀ)ᵀ = B·dYᵀ.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let [a, b] = self.operands(at.x);
        let dy = Mat::new(at.dy, a.rows, b.cols);
        if let Some(da) = at.grad(0) {
            let (left, right) = if self.a_t { (b, dy.t()) } else { (dy, b.t()) };
            add_product(left, right, MatMut::new(da, left.rows, right.cols));
        }
        if let Some(db) = at.grad(1) {
            let (left, right) = if self.b_t { (dy.t(), a) } else { (a.t(), dy) };
            add_product(left, right, MatMut::new(db, left.rows, right.cols));
        }
    }
}
