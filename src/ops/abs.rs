//! `y = |x|`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = |x|`, element by element.
#[derive(Clone, Copy, Debug)]
pub struct Abs;

impl<R: Real> Rule<R> for Abs {
    fn name(&self) -> &'static str {
        "abs"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.map(R::abs);
    }

    // dy/dx = ±1, the sign of x. At the corner, and at NaN, it is 0.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_x(|dy, x| {
            if x > R::ZERO {
                dy
            } else if x < R::ZERO {
                -dy
            } else {
                R::ZERO
            }
        });
    }
}
