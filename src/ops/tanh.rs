//! `y = tanh x`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = tanh x`, element by element.
#[derive(Clone, Copy, Debug)]
pub struct Tanh;

impl<R: Real> Rule<R> for Tanh {
    fn name(&self) -> &'static str {
        "tanh"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.map(R::tanh);
    }

    // dy/dx = 1 − tanh²x = 1 − y². Where the unit saturates (|y| → 1) the gradient dies: this factor
    // is one of the two through which gradients vanish over time.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_y(|dy, y| dy * (R::ONE - y * y));
    }
}
