//! `y[.., t, ..] = x[.., T − 1 − t, ..]`: an axis from its end to its start

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::elementwise;
use crate::real::Real;
use crate::tensor::Shape;

/// `y[.., t, ..] = x[.., T − 1 − t, ..]`: an axis of size `T` from its end to its start. A sequence `[B, T, I]` for a
/// net that reads backwards.
#[derive(Clone, Copy, Debug)]
pub struct Reverse {
    /// Which axis.
    pub axis: usize,
}

impl Reverse {
    /// Pairs each entry of `from`, last first, with one of `to`, first first: for an array of this shape.
    fn pairs<R: Real>(self, shape: Shape, from: &[R], to: &mut [R], f: impl Fn(&[R], &mut [R])) {
        let [_, n, inner] = shape.around(self.axis);
        let block = (n * inner).max(1);
        for (from, to) in from.chunks_exact(block).zip(to.chunks_exact_mut(block)) {
            from.chunks_exact(inner).rev().zip(to.chunks_exact_mut(inner)).for_each(|(from, to)| f(from, to));
        }
    }
}

impl<R: Real> Rule<R> for Reverse {
    fn name(&self) -> &'static str {
        "reverse"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        x.shape_with_axis("reverse", self.axis)
    }

    fn forward(&self, at: Forward<'_, R>) {
        self.pairs(at.shape, at.x.value(0), at.y, |x, y| y.copy_from_slice(x));
    }

    // Each element of x is one of y, so dx is dy, read in the other order.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (dy, shape) = (at.dy, at.shape);
        if let Some(dx) = at.grad(0) {
            self.pairs(shape, dy, dx, |dy, dx| elementwise::add_map(dy, dx, |dy| dy));
        }
    }
}
