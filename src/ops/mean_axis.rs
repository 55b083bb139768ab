//! `y[.., i, ..] = (Σₖ x[.., k, i, ..])/n`: the mean over one axis

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::reduce;
use crate::real::Real;
use crate::tensor::Shape;

/// The mean over one axis of size `n`, which disappears. NaN if the axis is empty.
#[derive(Clone, Copy, Debug)]
pub struct MeanAxis {
    /// Which axis.
    pub axis: usize,
}

impl<R: Real> Rule<R> for MeanAxis {
    fn name(&self) -> &'static str {
        "mean_axis"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        x.shape_with_axis("mean_axis", self.axis).without(self.axis)
    }

    fn forward(&self, at: Forward<'_, R>) {
        let around = at.x.shape(0).around(self.axis);
        reduce::sum_axis(at.x.value(0), around, at.y);
        let n = R::from_usize(around[1]);
        at.y.iter_mut().for_each(|y| *y /= n);
    }

    // Every term of a mean gets one n-th of its dy.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (dy, around) = (at.dy, at.x.shape(0).around(self.axis));
        let n = R::from_usize(around[1]);
        if let Some(dx) = at.grad(0) {
            reduce::add_along_axis(dy, around, dx, move |dy| dy / n);
        }
    }
}
