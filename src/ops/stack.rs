//! `y[.., t, ..] = x_t`: arrays of one shape side by side on a new axis

use super::{Backward, Forward, Inputs, Rule};
use crate::real::Real;
use crate::tensor::Shape;

/// `y[.., t, ..] = x_t`: `T` arrays of one shape on a new axis. `h_1 … h_T`, each `[B, H]`, become
/// `[B, T, H]`.
#[derive(Clone, Copy, Debug)]
pub struct Stack {
    /// Where the new axis goes.
    pub axis: usize,
}

impl<R: Real> Rule<R> for Stack {
    fn name(&self) -> &'static str {
        "stack"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        assert!(x.count() > 0, "stack: of nothing");
        let each = x.same_shape("stack");
        assert!(self.axis <= each.rank(), "stack: shape {each} has no place for a new axis {}", self.axis);
        each.with_axis(self.axis, x.count())
    }

    fn forward(&self, at: Forward<'_, R>) {
        let [_, count, inner] = at.shape.around(self.axis);
        for t in 0..count {
            let rows = at.y.chunks_exact_mut(inner.max(1)).skip(t).step_by(count);
            for (y, x) in rows.zip(at.x.value(t).chunks_exact(inner.max(1))) {
                y.copy_from_slice(x);
            }
        }
    }

    // Each x_t is a part of y, and gets that part of dy.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let [_, count, inner] = at.shape.around(self.axis);
        for t in 0..count {
            let rows = at.dy.chunks_exact(inner.max(1)).skip(t).step_by(count);
            if let Some(dx) = at.grad(t) {
                for (dx, dy) in dx.chunks_exact_mut(inner.max(1)).zip(rows) {
                    dx.iter_mut().zip(dy).for_each(|(dx, &dy)| *dx += dy);
                }
            }
        }
    }
}
