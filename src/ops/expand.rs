//! `y[i, j] = x[0, j]`: broadcasting, made explicit

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::strided;
use crate::real::Real;
use crate::tensor::Shape;

/// Repeats `x` to fill a larger shape: along axes on which `x` has size 1, and along new axes in front.
/// `[3, 1]` expanded to `[2, 3, 4]` is `y[i, j, k] = x[j, 0]`.
#[derive(Clone, Copy, Debug)]
pub struct Expand {
    /// The shape of `y`.
    pub to: Shape,
}

impl Expand {
    /// Visits each element of `y` with the offset of the one of `x` that it repeats.
    fn walk(&self, x: Shape, visit: impl FnMut(usize, usize)) {
        let mut strides = x.strides();
        for (stride, size) in strides.iter_mut().zip(x.padded()) {
            if size == 1 {
                *stride = 0;
            }
        }
        strided::walk(self.to.padded(), strides, visit);
    }
}

impl<R: Real> Rule<R> for Expand {
    fn name(&self) -> &'static str {
        "expand"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (x, y) = (x.shape(0), self.to);
        let mut axes = x.padded().into_iter().zip(y.padded());
        let fits = x.rank() <= y.rank() && axes.all(|(x, y)| x == y || x == 1);
        assert!(fits, "expand: shape {x} cannot be repeated to fill shape {y}");
        y
    }

    fn forward(&self, at: Forward<'_, R>) {
        let x = at.x.value(0);
        self.walk(at.x.shape(0), |i, j| at.y[i] = x[j]);
    }

    // An element that was read several times gets the sum of what its repeats get.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (x, dy) = (at.x.shape(0), at.dy);
        if let Some(dx) = at.grad(0) {
            self.walk(x, |i, j| dx[j] += dy[i]);
        }
    }
}
