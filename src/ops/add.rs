//! `y = a + b`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = a + b`, element by element.
#[derive(Clone, Copy, Debug)]
pub struct Add;

impl<R: Real> Rule<R> for Add {
    fn name(&self) -> &'static str {
        "add"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.zip(|a, b| a + b);
    }

    // ∂y/∂a = ∂y/∂b = 1: both inputs get all of dy.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add(0, |dy| dy);
        at.add(1, |dy| dy);
    }
}
