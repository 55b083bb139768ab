//! `y[.., i, ..] = Σₖ x[.., k, i, ..]`: the sum over one axis

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::reduce;
use crate::real::Real;
use crate::tensor::Shape;

/// The sum over one axis, which disappears. 0 if the axis is empty.
#[derive(Clone, Copy, Debug)]
pub struct SumAxis {
    /// Which axis.
    pub axis: usize,
}

impl<R: Real> Rule<R> for SumAxis {
    fn name(&self) -> &'static str {
        "sum_axis"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        x.shape_with_axis("sum_axis", self.axis).without(self.axis)
    }

    fn forward(&self, at: Forward<'_, R>) {
        reduce::sum_axis(at.x.value(0), at.x.shape(0).around(self.axis), at.y);
    }

    // Every term of a sum gets the whole dy of that sum.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (dy, around) = (at.dy, at.x.shape(0).around(self.axis));
        if let Some(dx) = at.grad(0) {
            reduce::add_along_axis(dy, around, dx, |dy| dy);
        }
    }
}
