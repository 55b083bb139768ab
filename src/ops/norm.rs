//! `y = √(Σ x²)`

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::{elementwise, reduce};
use crate::real::Real;
use crate::tensor::Shape;

/// The Euclidean norm `y = ‖x‖ = √(Σᵢ xᵢ²)` of all elements, a scalar.
#[derive(Clone, Copy, Debug)]
pub struct Norm;

impl<R: Real> Rule<R> for Norm {
    fn name(&self) -> &'static str {
        "norm"
    }

    fn shape(&self, _: Inputs<'_, R>) -> Shape {
        Shape::default()
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.y[0] = reduce::sum_map(at.x.value(0), |x| x * x).sqrt();
    }

    // ∂y/∂xᵢ = xᵢ/‖x‖: a step of length 1 away from the origin. At the origin every direction is
    // away, and it is 0.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (x, y, dy) = (at.x.value(0), at.y[0], at.dy[0]);
        let factor = if y == R::ZERO { R::ZERO } else { dy / y };
        if let Some(dx) = at.grad(0) {
            elementwise::add_map(x, dx, move |x| factor * x);
        }
    }
}
