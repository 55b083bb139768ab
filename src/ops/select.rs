//! `y = x[.., index, ..]`: one slice across an axis

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::columns::Columns;
use crate::real::Real;
use crate::tensor::Shape;

/// `y = x[.., index, ..]`: entry `index` of an axis, which disappears. `x_t` out of `[B, T, I]`.
#[derive(Clone, Copy, Debug)]
pub struct Select {
    /// Which axis.
    pub axis: usize,
    /// Which entry of it.
    pub index: usize,
}

impl Select {
    /// The entry, with `x` seen as a matrix `[outer, n·inner]`.
    fn columns(&self, x: Shape) -> Columns {
        let [_, n, inner] = x.around(self.axis);
        Columns { stride: n * inner, from: self.index * inner, width: inner }
    }
}

impl<R: Real> Rule<R> for Select {
    fn name(&self) -> &'static str {
        "select"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (x, Self { axis, index }) = (x.shape(0), *self);
        assert!(
            axis < x.rank() && index < x.sizes()[axis],
            "select: shape {x} has no entry {index} on axis {axis}"
        );
        x.without(axis)
    }

    fn forward(&self, at: Forward<'_, R>) {
        self.columns(at.x.shape(0)).take(at.x.value(0), at.y);
    }

    // y is a part of x: dy goes where y was taken from. The rest of x had no part in y.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (dy, columns) = (at.dy, self.columns(at.x.shape(0)));
        if let Some(dx) = at.grad(0) {
            columns.add_put(dy, dx);
        }
    }
}
