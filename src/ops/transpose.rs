//! `y[.., j, .., i, ..] = x[.., i, .., j, ..]`: two axes swapped

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::strided;
use crate::real::Real;
use crate::tensor::{MAX_RANK, Shape};

/// Swaps two axes. `[B, T, I]` with axes 0 and 1 swapped is `[T, B, I]`.
#[derive(Clone, Copy, Debug)]
pub struct Transpose {
    /// One axis.
    pub a: usize,
    /// The other.
    pub b: usize,
}

impl Transpose {
    /// Visits each element of `y` with the offset of the same one in `x`.
    fn walk(&self, x: Shape, y: Shape, visit: impl FnMut(usize, usize)) {
        let (mut strides, missing) = (x.strides(), MAX_RANK - x.rank());
        strides.swap(missing + self.a, missing + self.b);
        strided::walk(y.padded(), strides, visit);
    }
}

impl<R: Real> Rule<R> for Transpose {
    fn name(&self) -> &'static str {
        "transpose"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        x.shape_with_axis("transpose", self.a);
        let (x, Self { a, b }) = (x.shape_with_axis("transpose", self.b), *self);
        x.swapped(a, b)
    }

    fn forward(&self, at: Forward<'_, R>) {
        let x = at.x.value(0);
        self.walk(at.x.shape(0), at.shape, |i, j| at.y[i] = x[j]);
    }

    // dy is swapped back.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (x, y, dy) = (at.x.shape(0), at.shape, at.dy);
        if let Some(dx) = at.grad(0) {
            self.walk(x, y, |i, j| dx[j] += dy[i]);
        }
    }
}
