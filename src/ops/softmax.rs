//! `yᵢ = e^xᵢ / Σⱼ e^xⱼ` over the last axis

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::{elementwise, reduce, softmax};
use crate::real::Real;
use crate::tensor::Shape;

/// `yᵢ = e^xᵢ / Σⱼ e^xⱼ` over the last axis: each row becomes a probability distribution.
#[derive(Clone, Copy, Debug)]
pub struct Softmax;

impl<R: Real> Rule<R> for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        x.shape_with_last_axis("softmax")
    }

    fn forward(&self, at: Forward<'_, R>) {
        let n = at.shape.last().max(1);
        for (x, y) in at.x.value(0).chunks_exact(n).zip(at.y.chunks_exact_mut(n)) {
            softmax::softmax(x, y);
        }
    }

    // ∂yⱼ/∂xᵢ = yⱼ·([i = j] − yᵢ), so dxᵢ = Σⱼ dyⱼ·∂yⱼ/∂xᵢ = yᵢ·(dyᵢ − Σⱼ dyⱼ·yⱼ). A row of y always
    // sums to 1: pushing all of it up moves nothing, hence the mean is taken off.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (y, dy, n) = (at.y, at.dy, at.shape.last().max(1));
        let Some(dx) = at.grad(0) else { return };
        for ((dx, y), dy) in dx.chunks_exact_mut(n).zip(y.chunks_exact(n)).zip(dy.chunks_exact(n)) {
            let mean = reduce::sum_zip(dy, y, |dy, y| dy * y);
            elementwise::add_zip(dy, y, dx, move |dy, y| y * (dy - mean));
        }
    }
}
