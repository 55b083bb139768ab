//! `y[i, j] = x[0, j]`: broadcasting, made explicit

use std::ops::Range;

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::{elementwise, reduce, strided};
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
    /// Visits each row of `y` with what of `x` it repeats: a row, or one number.
    fn rows(&self, x: Shape, mut visit: impl FnMut(Range<usize>, Range<usize>)) {
        let (mut strides, [a, b, c, width]) = (x.strides(), self.to.padded());
        for (stride, size) in strides.iter_mut().zip(x.padded()) {
            if size == 1 {
                *stride = 0;
            }
        }
        let read = if x.padded()[3] == 1 { 1 } else { width };
        strided::walk([a, b, c, 1], strides, |row, j| visit(row * width..(row + 1) * width, j..j + read));
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
        self.rows(at.x.shape(0), |row, read| match x[read] {
            [x] => at.y[row].fill(x),
            ref x => at.y[row].copy_from_slice(x),
        });
    }

    // An element that was read several times gets the sum of what its repeats get.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (x, dy) = (at.x.shape(0), at.dy);
        if let Some(dx) = at.grad(0) {
            self.rows(x, |row, read| match (&mut dx[read], &dy[row]) {
                ([dx], dy) => *dx += reduce::sum(dy),
                (dx, dy) => elementwise::add_map(dy, dx, |dy| dy),
            });
        }
    }
}
