//! `y = −x`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = −x`, element by element.
#[derive(Clone, Copy, Debug)]
pub struct Neg;

impl<R: Real> Rule<R> for Neg {
    fn name(&self) -> &'static str {
        "neg"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.map(|x| -x);
    }

    // dy/dx = −1
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add(0, |dy| -dy);
    }
}
