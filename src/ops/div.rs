//! `y = a/b`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = a/b`, element by element.
#[derive(Clone, Copy, Debug)]
pub struct Div;

impl<R: Real> Rule<R> for Div {
    fn name(&self) -> &'static str {
        "div"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.zip(|a, b| a / b);
    }

    // ∂y/∂a = 1/b, ∂y/∂b = −a/b². Divided by b twice, because b² overflows long before b does.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_both(0, |dy, _a, b| dy / b);
        at.add_with_both(1, |dy, a, b| -dy * (a / b / b));
    }
}
