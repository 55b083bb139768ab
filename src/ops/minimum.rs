//! `y = min(a, b)`

use super::maximum::share;
use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = min(a, b)`, element by element. NaN if either is.
#[derive(Clone, Copy, Debug)]
pub struct Minimum;

impl<R: Real> Rule<R> for Minimum {
    fn name(&self) -> &'static str {
        "minimum"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.zip(|a, b| if a < b || a.is_nan() { a } else { b });
    }

    // The smaller one gets dy, the other nothing. A tie is shared half and half. Beside a NaN, neither
    // is smaller, and both get all of dy.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_both(0, |dy, a, b| share(dy, a > b, a == b));
        at.add_with_both(1, |dy, a, b| share(dy, b > a, a == b));
    }
}
