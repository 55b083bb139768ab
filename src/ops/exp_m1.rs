//! `y = eˣ − 1`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = eˣ − 1`, element by element: to the last digit near 0, too, where `eˣ` is so near 1 that subtracting it leaves few.
#[derive(Clone, Copy, Debug)]
pub struct ExpM1;

impl<R: Real> Rule<R> for ExpM1 {
    fn name(&self) -> &'static str {
        "exp_m1"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.map(R::exp_m1);
    }

    // dy/dx = eˣ = y + 1
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_y(|dy, y| dy * (y + R::ONE));
    }
}
