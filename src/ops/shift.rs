//! `y = x + c`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = x + c`, element by element.
#[derive(Clone, Copy, Debug)]
pub struct Shift {
    /// The constant `c`.
    pub offset: f64,
}

impl<R: Real> Rule<R> for Shift {
    fn name(&self) -> &'static str {
        "shift"
    }

    fn forward(&self, at: Forward<'_, R>) {
        let c = R::from_f64(self.offset);
        at.map(move |x| x + c);
    }

    // dy/dx = 1
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add(0, move |dy| dy);
    }
}
