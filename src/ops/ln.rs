//! `y = ln x`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = ln x`, element by element. −∞ at 0, NaN below.
#[derive(Clone, Copy, Debug)]
pub struct Ln;

impl<R: Real> Rule<R> for Ln {
    fn name(&self) -> &'static str {
        "ln"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.map(R::ln);
    }

    // dy/dx = 1/x. Below 0, where y is NaN, this is still a number, as in PyTorch.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_x(|dy, x| dy / x);
    }
}
