//! `yᵢ = xᵢ − ln Σⱼ e^xⱼ` over the last axis

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::{elementwise, reduce, softmax};
use crate::real::Real;
use crate::tensor::Shape;

/// `yᵢ = xᵢ − ln Σⱼ e^xⱼ` over the last axis: the logarithm of the softmax, exact where the softmax
/// itself would round to 0.
#[derive(Clone, Copy, Debug)]
pub struct LogSoftmax;

impl<R: Real> Rule<R> for LogSoftmax {
    fn name(&self) -> &'static str {
        "log_softmax"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        x.shape_with_last_axis("log_softmax")
    }

    fn forward(&self, at: Forward<'_, R>) {
        let n = at.shape.last().max(1);
        for (x, y) in at.x.value(0).chunks_exact(n).zip(at.y.chunks_exact_mut(n)) {
            softmax::log_softmax(x, y);
        }
    }

    // ∂yⱼ/∂xᵢ = [i = j] − softmax(x)ᵢ = [i = j] − e^yᵢ, so dxᵢ = dyᵢ − e^yᵢ·Σⱼ dyⱼ
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (y, dy, n) = (at.y, at.dy, at.shape.last().max(1));
        let Some(dx) = at.grad(0) else { return };
        for ((dx, y), dy) in dx.chunks_exact_mut(n).zip(y.chunks_exact(n)).zip(dy.chunks_exact(n)) {
            let sum = reduce::sum(dy);
            elementwise::add_zip(dy, y, dx, move |dy, y| dy - y.exp() * sum);
        }
    }
}
