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
        self.reduction.forward(at, |p, y| (p - y) * (p - y));
    }

    // ∂(p − y)²/∂p = 2·(p − y), and the opposite for y.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let two = R::ONE + R::ONE;
        self.reduction.add(&mut at, 0, move |p, y| two * (p - y));
        self.reduction.add(&mut at, 1, move |p, y| two * (y - p));
    }
}
