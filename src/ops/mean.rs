//! `y = (Σ x)/n`

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::{bulk, elementwise, reduce};
use crate::real::Real;
use crate::tensor::Shape;

/// `y = (Σᵢ xᵢ)/n` over all `n` elements, a scalar. NaN if there are none.
#[derive(Clone, Copy, Debug)]
pub struct Mean;

impl<R: Real> Rule<R> for Mean {
    fn name(&self) -> &'static str {
        "mean"
    }

    fn shape(&self, _: Inputs<'_, R>) -> Shape {
        Shape::default()
    }

    fn forward(&self, at: Forward<'_, R>) {
        let x = at.x.value(0);
        at.y[0] = reduce::sum(x) / R::from_usize(x.len());
    }

    // ∂y/∂xᵢ = 1/n
    fn vjp(&self, mut at: Backward<'_, R>) {
        let share = at.dy[0] / R::from_usize(at.x.shape(0).len());
        if let Some(dx) = at.grad(0) {
            bulk::each([], dx, [], move |[], dx, []| elementwise::update(dx, move |dx| dx + share));
        }
    }
}
