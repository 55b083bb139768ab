//! `y = cos x`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = cos x`, element by element.
#[derive(Clone, Copy, Debug)]
pub struct Cos;

impl<R: Real> Rule<R> for Cos {
    fn name(&self) -> &'static str {
        "cos"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.map(R::cos);
    }

    // dy/dx = −sin x.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_x(|dy, x| -dy * x.sin());
    }
}
