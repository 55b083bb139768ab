//! `y = [x₀, x₁, …]`: arrays end to end along an axis

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::columns::Columns;
use crate::real::Real;
use crate::tensor::Shape;

/// `y = [x₀, x₁, …]`: arrays end to end along an axis, alike on all others. `[x_t, h_{t−1}]`, which is
/// `[B, I]` and `[B, H]`, becomes `[B, I+H]`.
#[derive(Clone, Copy, Debug)]
pub struct Concat {
    /// Which axis.
    pub axis: usize,
}

impl Concat {
    /// Where each part lies, with `y` seen as a matrix `[outer, n·inner]`.
    fn columns<R: Real>(&self, y: Shape, x: Inputs<'_, R>) -> impl Iterator<Item = Columns> {
        let [_, n, inner] = y.around(self.axis);
        let (axis, mut from) = (self.axis, 0);
        (0..x.count()).map(move |i| {
            let columns = Columns { stride: n * inner, from, width: x.shape(i).sizes()[axis] * inner };
            from += columns.width;
            columns
        })
    }
}

impl<R: Real> Rule<R> for Concat {
    fn name(&self) -> &'static str {
        "concat"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        assert!(x.count() > 0, "concat: of nothing");
        let first = x.shape_with_axis("concat", self.axis);
        let mut size = 0;
        for i in 0..x.count() {
            let part = x.shape(i);
            let alike =
                part.rank() == first.rank() && part.with_size(self.axis, 0) == first.with_size(self.axis, 0);
            assert!(alike, "concat: shapes {first} and {part} differ on another axis than {}", self.axis);
            size += part.sizes()[self.axis];
        }
        first.with_size(self.axis, size)
    }

    fn forward(&self, at: Forward<'_, R>) {
        for (i, columns) in self.columns(at.shape, at.x).enumerate() {
            columns.put(at.x.value(i), at.y);
        }
    }

    // Each part of y gets its part of dy.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let dy = at.dy;
        for (i, columns) in self.columns(at.shape, at.x).enumerate() {
            if let Some(dx) = at.grad(i) {
                columns.add_taken(dy, dx);
            }
        }
    }
}
