//! `y = a − b`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = a − b`, element by element.
#[derive(Clone, Copy, Debug)]
pub struct Sub;

impl<R: Real> Rule<R> for Sub {
    fn name(&self) -> &'static str {
        "sub"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.zip(|a, b| a - b);
    }

    // ∂y/∂a = 1, ∂y/∂b = −1
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add(0, |dy| dy);
        at.add(1, |dy| -dy);
    }
}
