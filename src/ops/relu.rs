//! `y = max(x, 0)`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = max(x, 0)`, element by element. NaN stays NaN.
#[derive(Clone, Copy, Debug)]
pub struct Relu;

impl<R: Real> Rule<R> for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.map(|x| if x < R::ZERO { R::ZERO } else { x });
    }

    // dy/dx = 1 above 0 and 0 below. At the corner any slope between would do; it is 0. NaN lets dy pass.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_x(|dy, x| if x <= R::ZERO { R::ZERO } else { dy });
    }
}
