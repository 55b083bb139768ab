//! `y = (x − μ)/√(σ² + ε)·γ + β`: every row brought to mean 0 and variance 1, then scaled and shifted

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::{elementwise, reduce};
use crate::real::Real;
use crate::tensor::Shape;

/// `y = (x − μ)/√(σ² + ε)·γ + β`, where `μ` and `σ²` are mean and variance over the last axis, or the last few
/// together. The inputs: `x` `[.., H]`, then `γ` `[H]` and `β` `[H]`, either of which may be missing.
///
/// Ba, Kiros & Hinton 2016, "Layer normalization", arXiv 1607.06450.
#[derive(Clone, Copy, Debug)]
pub struct LayerNorm {
    /// How many of the last axes are normalised together.
    pub axes: usize,
    /// Keeps a row of equal numbers from a division by 0.
    pub epsilon: f64,
    /// Whether there is a `γ`.
    pub scale: bool,
    /// Whether there is a `β`.
    pub center: bool,
}

impl LayerNorm {
    /// Which input `β` is.
    fn beta(self) -> usize {
        1 + usize::from(self.scale)
    }

    /// `H`, at least 1.
    fn row(self, x: Shape) -> usize {
        x.sizes()[x.rank() - self.axes..].iter().product::<usize>().max(1)
    }
}

/// Mean and `1/√(σ² + ε)` of a row: what forward saves, and both need to know of `x̂ = (x − μ)/√(σ² + ε)`.
#[derive(Clone, Copy)]
struct Moments<R> {
    mean: R,
    inverse: R,
}

impl<R: Real> Moments<R> {
    fn of(x: &[R], epsilon: f64) -> Self {
        let n = R::from_usize(x.len());
        let mean = reduce::sum(x) / n;
        let variance = reduce::sum_map(x, move |x| (x - mean) * (x - mean)) / n;
        Self { mean, inverse: R::ONE / (variance + R::from_f64(epsilon)).sqrt() }
    }

    /// `x̂`
    #[inline(always)]
    fn normalise(self, x: R) -> R {
        (x - self.mean) * self.inverse
    }
}

impl<R: Real> Rule<R> for LayerNorm {
    fn name(&self) -> &'static str {
        "layer_norm"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (shape, axes) = (x.shape(0), self.axes);
        assert!(0 < axes && axes <= shape.rank(), "layer_norm: shape {shape} has no {axes} last axes");
        let row = Shape::new(&shape.sizes()[shape.rank() - axes..]);
        for i in 1..x.count() {
            let (name, given) = (if i == self.beta() { "beta" } else { "gamma" }, x.shape(i));
            assert!(given == row, "layer_norm: {name} has shape {given}, not {row}, for x of shape {shape}");
        }
        shape
    }

    fn saved(&self, x: Inputs<'_, R>) -> usize {
        x.shape(0).len() / self.row(x.shape(0)) * 2
    }

    fn forward(&self, at: Forward<'_, R>) {
        let n = self.row(at.shape);
        let rows = at.x.value(0).chunks_exact(n).zip(at.y.chunks_exact_mut(n));
        for ((x, y), saved) in rows.zip(at.saved.as_chunks_mut().0) {
            let of_row = Moments::of(x, self.epsilon);
            *saved = [of_row.mean, of_row.inverse];
            if self.scale {
                elementwise::zip(x, at.x.value(1), y, move |x, gamma| of_row.normalise(x) * gamma);
            } else {
                elementwise::map(x, y, move |x| of_row.normalise(x));
            }
            if self.center {
                elementwise::add_map(at.x.value(self.beta()), y, |beta| beta);
            }
        }
    }

    // With s = √(σ² + ε): ∂μ/∂xᵢ = 1/n and ∂s/∂xᵢ = x̂ᵢ/n, so ∂x̂ⱼ/∂xᵢ = ([i = j] − 1/n − x̂ᵢ·x̂ⱼ/n)/s. With
    // g = ∂L/∂x̂ = dy·γ that makes dx = (g − mean g − x̂·mean(g·x̂))/s: moving a row, or stretching it, moves nothing
    // (but for ε), hence these parts of g are taken off. γ and β were read by every row: dγ = Σ dy·x̂, dβ = Σ dy.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (inputs, dy, n) = (at.x, at.dy, self.row(at.shape));
        let moments = at.saved.as_chunks().0.iter().map(|&[mean, inverse]| Moments { mean, inverse });
        let rows = inputs.value(0).chunks_exact(n).zip(dy.chunks_exact(n)).zip(moments);
        if let Some(dx) = at.grad(0) {
            let (count, scale) = (R::from_usize(n), self.scale);
            let g = move |dy, gamma| if scale { dy * gamma } else { dy };
            for (dx, ((x, dy), of_row)) in dx.chunks_exact_mut(n).zip(rows.clone()) {
                let gamma = if scale { inputs.value(1) } else { dy }; // without a γ, g doesn't look at it
                let g_x = move |dy, gamma, x| g(dy, gamma) * of_row.normalise(x);
                let mean_g = reduce::sum_zip(dy, gamma, g) / count;
                let mean_g_x = reduce::sum_row(dy, gamma, x, g_x) / count;
                elementwise::add_zip3(dy, gamma, x, dx, move |dy, gamma, x| {
                    (g(dy, gamma) - mean_g - of_row.normalise(x) * mean_g_x) * of_row.inverse
                });
            }
        }
        if self.scale
            && let Some(dgamma) = at.grad(1)
        {
            for ((x, dy), of_row) in rows {
                elementwise::add_zip(dy, x, dgamma, move |dy, x| dy * of_row.normalise(x));
            }
        }
        if self.center
            && let Some(dbeta) = at.grad(self.beta())
        {
            dy.chunks_exact(n).for_each(|dy| elementwise::add_map(dy, dbeta, |dy| dy));
        }
    }
}
