//! `y = x[.., index, ..]`: one slice across an axis

use super::{Backward, Forward, Inputs, Rule};
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

impl<R: Real> Rule<R> for Select {
    fn name(&self) -> &'static str {
        "select"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (x, Self { axis, index }) = (x.shape(0), *self);
        assert!(axis < x.rank() && index < x.sizes()[axis], "select: shape {x} has no entry {index} on axis {axis}");
        x.without(axis)
    }

    fn forward(&self, at: Forward<'_, R>) {
        let [_, n, inner] = at.x.shape(0).around(self.axis);
        let rows = at.x.value(0).chunks_exact(inner.max(1)).skip(self.index).step_by(n);
        for (y, x) in at.y.chunks_exact_mut(inner.max(1)).zip(rows) {
            y.copy_from_slice(x);
        }
    }

    // y is a part of x: dy goes where y was taken from. The rest of x had no part in y.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let [_, n, inner] = at.x.shape(0).around(self.axis);
        let dy = at.dy.chunks_exact(inner.max(1));
        if let Some(dx) = at.grad(0) {
            let rows = dx.chunks_exact_mut(inner.max(1)).skip(self.index).step_by(n);
            for (dx, dy) in rows.zip(dy) {
                dx.iter_mut().zip(dy).for_each(|(dx, &dy)| *dx += dy);
            }
        }
    }
}
