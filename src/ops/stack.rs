//! `y[.., t, ..] = x_t`: arrays of one shape side by side on a new axis

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::columns::Columns;
use crate::real::Real;
use crate::tensor::{MAX_RANK, Shape};

/// `y[.., t, ..] = x_t`: `T` arrays of one shape on a new axis. `h_1 … h_T`, each `[B, H]`, become
/// `[B, T, H]`.
#[derive(Clone, Copy, Debug)]
pub struct Stack {
    /// Where the new axis goes.
    pub axis: usize,
}

impl Stack {
    /// Where `x_t` lies, with `y` seen as a matrix `[outer, T·inner]`.
    fn columns(&self, y: Shape, t: usize) -> Columns {
        let [_, count, inner] = y.around(self.axis);
        Columns { stride: count * inner, from: t * inner, width: inner }
    }
}

impl<R: Real> Rule<R> for Stack {
    fn name(&self) -> &'static str {
        "stack"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        assert!(x.count() > 0, "stack: of nothing");
        let each = x.same_shape("stack");
        let room = self.axis <= each.rank() && each.rank() < MAX_RANK;
        assert!(room, "stack: shape {each} has no room for a new axis {}", self.axis);
        each.with_axis(self.axis, x.count())
    }

    fn forward(&self, at: Forward<'_, R>) {
        for t in 0..at.x.count() {
            self.columns(at.shape, t).put(at.x.value(t), at.y);
        }
    }

    // Each x_t is a part of y, and gets that part of dy.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (dy, y) = (at.dy, at.shape);
        for t in 0..at.x.count() {
            if let Some(dx) = at.grad(t) {
                self.columns(y, t).add_taken(dy, dx);
            }
        }
    }
}
