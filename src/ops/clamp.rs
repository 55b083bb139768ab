//! `y = min(max(x, low), high)`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = min(max(x, low), high)`, element by element. NaN stays NaN.
#[derive(Clone, Copy, Debug)]
pub struct Clamp {
    /// The least value.
    pub low: f64,
    /// The greatest value.
    pub high: f64,
}

impl<R: Real> Rule<R> for Clamp {
    fn name(&self) -> &'static str {
        "clamp"
    }

    fn forward(&self, at: Forward<'_, R>) {
        let (low, high) = (R::from_f64(self.low), R::from_f64(self.high));
        at.map(move |x| {
            if x < low {
                low
            } else if x > high {
                high
            } else {
                x
            }
        });
    }

    // dy/dx = 1 between the bounds and 0 outside. Exactly at a bound, and at NaN, it is 0.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (low, high) = (R::from_f64(self.low), R::from_f64(self.high));
        at.add_with_x(move |dy, x| if low < x && x < high { dy } else { R::ZERO });
    }
}
