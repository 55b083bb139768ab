//! `y = max(a, b)`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = max(a, b)`, element by element. NaN if either is.
#[derive(Clone, Copy, Debug)]
pub struct Maximum;

impl<R: Real> Rule<R> for Maximum {
    fn name(&self) -> &'static str {
        "maximum"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.zip(|a, b| if a > b || a.is_nan() { a } else { b });
    }

    // The larger one gets dy, the other nothing. A tie is shared half and half. Beside a NaN, neither
    // is larger, and both get all of dy.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_both(0, |dy, a, b| share(dy, a < b, a == b));
        at.add_with_both(1, |dy, a, b| share(dy, b < a, a == b));
    }
}

/// What one of the two inputs gets of `dy`.
pub(super) fn share<R: Real>(dy: R, lost: bool, tied: bool) -> R {
    if lost {
        R::ZERO
    } else if tied {
        dy / R::from_f64(2.0)
    } else {
        dy
    }
}
