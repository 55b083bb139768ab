//! `L = mean |p − y|`

use super::{Backward, Forward, Inputs, Reduction, Rule};
use crate::real::Real;
use crate::tensor::Shape;

/// Absolute error `|p − y|` of predictions `p` and targets `y` of one shape.
#[derive(Clone, Copy, Debug)]
pub struct Mae {
    /// Mean, sum, or one loss per element.
    pub reduction: Reduction,
}

impl<R: Real> Rule<R> for Mae {
    fn name(&self) -> &'static str {
        "mae"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        self.reduction.shape(x.same_shape("mae"))
    }

    fn forward(&self, at: Forward<'_, R>) {
        self.reduction.forward(at, |p, y| (p - y).abs());
    }

    // ∂|p − y|/∂p is the sign of p − y: a prediction far off pulls no harder than one nearly right.
    // At p = y there is a kink; any slope from −1 to 1 would do, and 0 leaves a right answer alone.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let is = |yes: bool| if yes { R::ONE } else { R::ZERO };
        self.reduction.add(&mut at, 0, move |p, y| is(p > y) - is(p < y));
        self.reduction.add(&mut at, 1, move |p, y| is(p < y) - is(p > y));
    }
}
