//! `y = √x`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = √x`, element by element. NaN below 0.
#[derive(Clone, Copy, Debug)]
pub struct Sqrt;

impl<R: Real> Rule<R> for Sqrt {
    fn name(&self) -> &'static str {
        "sqrt"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.map(R::sqrt);
    }

    // dy/dx = 1/(2·√x) = 1/(2y): infinite at 0.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_y(|dy, y| dy / (y + y));
    }
}
