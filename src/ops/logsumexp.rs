//! `y = ln Σⱼ e^xⱼ` over the last axis

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::{elementwise, softmax};
use crate::real::Real;
use crate::tensor::Shape;

/// `y = ln Σⱼ e^xⱼ` over the last axis, which disappears: a smooth maximum.
#[derive(Clone, Copy, Debug)]
pub struct LogSumExp;

impl<R: Real> Rule<R> for LogSumExp {
    fn name(&self) -> &'static str {
        "logsumexp"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let x = x.shape_with_last_axis("logsumexp");
        x.without(x.rank() - 1)
    }

    fn forward(&self, at: Forward<'_, R>) {
        let (x, n) = (at.x.value(0), at.x.shape(0).last());
        for (i, y) in at.y.iter_mut().enumerate() {
            *y = softmax::logsumexp(&x[i * n..][..n]);
        }
    }

    // ∂y/∂xᵢ = e^xᵢ/Σⱼ e^xⱼ = e^(xᵢ − y), the softmax
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (x, n) = (at.x.value(0), at.x.shape(0).last().max(1));
        let per_row = at.y.iter().zip(at.dy).zip(x.chunks_exact(n));
        let Some(dx) = at.grad(0) else { return };
        for (dx, ((&y, &dy), x)) in dx.chunks_exact_mut(n).zip(per_row) {
            elementwise::add_map(x, dx, move |x| dy * (x - y).exp());
        }
    }
}
