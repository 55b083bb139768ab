//! `y = sin x`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = sin x`, element by element.
#[derive(Clone, Copy, Debug)]
pub struct Sin;

impl<R: Real> Rule<R> for Sin {
    fn name(&self) -> &'static str {
        "sin"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.map(R::sin);
    }

    // dy/dx = cos x.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_x(|dy, x| dy * x.cos());
    }
}
