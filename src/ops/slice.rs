//! `y = x[.., start..start + len, ..]`: part of an axis

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::columns::Columns;
use crate::real::Real;
use crate::tensor::Shape;

/// `y = x[.., start..start + len, ..]`: a run of entries of an axis. One gate out of `[B, 4·H]`.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Which axis.
    pub axis: usize,
    /// Its first entry in `y`.
    pub start: usize,
    /// How many.
    pub len: usize,
}

impl Slice {
    /// The part, with `x` seen as a matrix `[outer, n·inner]`.
    fn columns(&self, x: Shape) -> Columns {
        let [_, n, inner] = x.around(self.axis);
        Columns { stride: n * inner, from: self.start * inner, width: self.len * inner }
    }
}

impl<R: Real> Rule<R> for Slice {
    fn name(&self) -> &'static str {
        "slice"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (x, Self { axis, start, len }) = (x.shape_with_axis("slice", self.axis), *self);
        let fits = start.checked_add(len).is_some_and(|end| end <= x.sizes()[axis]);
        assert!(fits, "slice: shape {x} has no {len} entries from {start} on axis {axis}");
        x.with_size(axis, len)
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
