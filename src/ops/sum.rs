//! `y = Σ x`

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::{bulk, elementwise, reduce};
use crate::real::Real;
use crate::tensor::Shape;

/// `y = Σᵢ xᵢ` over all elements, a scalar. 0 if there are none.
#[derive(Clone, Copy, Debug)]
pub struct Sum;

impl<R: Real> Rule<R> for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn shape(&self, _: Inputs<'_, R>) -> Shape {
        Shape::default()
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.y[0] = reduce::sum(at.x.value(0));
    }

    // ∂y/∂xᵢ = 1: every element gets the whole of dy.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let dy = at.dy[0];
        if let Some(dx) = at.grad(0) {
            bulk::each([], dx, [], move |[], dx, []| elementwise::update(dx, move |dx| dx + dy));
        }
    }
}
