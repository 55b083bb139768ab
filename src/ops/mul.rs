//! `y = a·b`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = a·b`, element by element.
#[derive(Clone, Copy, Debug)]
pub struct Mul;

impl<R: Real> Rule<R> for Mul {
    fn name(&self) -> &'static str {
        "mul"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.zip(|a, b| a * b);
    }

    // ∂y/∂a = b, ∂y/∂b = a. For a·a both lines add to the same gradient: 2a.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_both(0, |dy, _a, b| dy * b);
        at.add_with_both(1, |dy, a, _b| dy * a);
    }
}
