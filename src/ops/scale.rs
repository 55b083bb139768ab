//! `y = c·x`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = c·x`, element by element.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// The constant `c`.
    pub factor: f64,
}

impl<R: Real> Rule<R> for Scale {
    fn name(&self) -> &'static str {
        "scale"
    }

    fn forward(&self, at: Forward<'_, R>) {
        let c = R::from_f64(self.factor);
        at.map(move |x| c * x);
    }

    // dy/dx = c
    fn vjp(&self, mut at: Backward<'_, R>) {
        let c = R::from_f64(self.factor);
        at.add(0, move |dy| c * dy);
    }
}
