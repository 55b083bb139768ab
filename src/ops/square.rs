//! `y = x²`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = x²`, element by element.
#[derive(Clone, Copy, Debug)]
pub struct Square;

impl<R: Real> Rule<R> for Square {
    fn name(&self) -> &'static str {
        "square"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.map(|x| x * x);
    }

    // dy/dx = 2x
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_x(|dy, x| dy * (x + x));
    }
}
