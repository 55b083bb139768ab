//! `y = eˣ`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = eˣ`, element by element.
#[derive(Clone, Copy, Debug)]
pub struct Exp;

impl<R: Real> Rule<R> for Exp {
    fn name(&self) -> &'static str {
        "exp"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.map(R::exp);
    }

    // dy/dx = eˣ, which is y itself.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_y(|dy, y| dy * y);
    }
}
