//! `y = x` with other axes

use super::{Backward, Forward, Inputs, Rule};
use crate::real::Real;
use crate::tensor::Shape;

/// The same elements in the same order, under another shape.
#[derive(Clone, Copy, Debug)]
pub struct Reshape {
    /// The shape of `y`.
    pub to: Shape,
}

impl<R: Real> Rule<R> for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (x, y) = (x.shape(0), self.to);
        assert!(x.len() == y.len(), "reshape: shape {x} has {} elements, shape {y} has {}", x.len(), y.len());
        y
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.y.copy_from_slice(at.x.value(0));
    }

    // Each element is where it was: dx[i] += dy[i].
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add(0, |dy| dy);
    }
}
