//! `L = mean (p − y)²`

use super::{Backward, Forward, Inputs, Reduction, Rule};
use crate::real::Real;
use crate::tensor::Shape;

/// Squared error `(p − y)²` of predictions `p` and targets `y` of one shape.
#[derive(Clone, Copy, Debug)]
pub struct Mse {
    /// Mean, sum, or one loss per element.
    pub reduction: Reduction,
}

impl<R: Real> Rule<R> for Mse {
    fn name(&self) -> &'static str {
        "mse"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        self.reduction.shape(x.same_shape("mse"))
    }

    fn forward(&self, at: Forward<'_, R>) {
        let (p, y) = (at.x.value(0), at.x.value(1));
        self.reduction.reduce(at.y, p.len(), |i| (p[i] - y[i]) * (p[i] - y[i]));
    }

    // ∂(p − y)²/∂p = 2·(p − y), and the opposite for y.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (p, y) = (at.x.value(0), at.x.value(1));
        let dl = self.reduction.upstream(at.dy, p.len());
        let slope = |i: usize| dl(i) * (R::ONE + R::ONE) * (p[i] - y[i]);
        if let Some(dp) = at.grad(0) {
            dp.iter_mut().enumerate().for_each(|(i, dp)| *dp += slope(i));
        }
        if let Some(dy) = at.grad(1) {
            dy.iter_mut().enumerate().for_each(|(i, dy)| *dy -= slope(i));
        }
    }
}
