//! `y[.., i, ..] = maxₖ x[.., k, i, ..]`: the maximum over one axis

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::reduce;
use crate::real::Real;
use crate::tensor::Shape;

/// The maximum over one axis, which disappears. NaN if any element is.
#[derive(Clone, Copy, Debug)]
pub struct MaxAxis {
    /// Which axis.
    pub axis: usize,
}

impl<R: Real> Rule<R> for MaxAxis {
    fn name(&self) -> &'static str {
        "max_axis"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let x = x.shape_with_axis("max_axis", self.axis);
        assert!(x.sizes()[self.axis] > 0, "max_axis: axis {} of shape {x} is empty", self.axis);
        x.without(self.axis)
    }

    fn forward(&self, at: Forward<'_, R>) {
        let (x, around) = (at.x.value(0), at.x.shape(0).around(self.axis));
        for (i, y) in at.y.iter_mut().enumerate() {
            let start = R::from_f64(f64::NEG_INFINITY);
            *y = line(around, i).fold(start, |max, j| reduce::larger(max, x[j]));
        }
    }

    // The largest element gets dy; the m elements that share the maximum get dy/m each. Where the
    // maximum is NaN nothing equals it, and every share is 0/0.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (x, around) = (at.x.value(0), at.x.shape(0).around(self.axis));
        let (y, dy) = (at.y, at.dy);
        let Some(dx) = at.grad(0) else { return };
        for (i, (&y, &dy)) in y.iter().zip(dy).enumerate() {
            let ties = R::from_usize(line(around, i).filter(|&j| x[j] == y).count());
            for j in line(around, i) {
                dx[j] += (if x[j] == y { dy } else { R::ZERO }) / ties;
            }
        }
    }
}

/// The offsets of the `n` elements whose maximum is element `i` of the result.
fn line([_, n, inner]: [usize; 3], i: usize) -> impl Iterator<Item = usize> {
    (i / inner * n * inner + i % inner..).step_by(inner).take(n)
}
