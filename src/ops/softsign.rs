//! `y = x/(1 + |x|)`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = x/(1 + |x|)`, element by element: as [`Tanh`](super::Tanh) between −1 and 1, but slower to get there.
#[derive(Clone, Copy, Debug)]
pub struct Softsign;

impl<R: Real> Rule<R> for Softsign {
    fn name(&self) -> &'static str {
        "softsign"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.map(|x| x / (R::ONE + x.abs()));
    }

    // dy/dx = 1/(1 + |x|)² = (1 − |y|)², on both sides of 0.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_y(|dy, y| {
            let slope = R::ONE - y.abs();
            dy * (slope * slope)
        });
    }
}
