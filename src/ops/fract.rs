//! `y = x − ⌊x⌋`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = x − ⌊x⌋`, element by element: where in its period `x` stands, from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub struct Fract;

impl<R: Real> Rule<R> for Fract {
    fn name(&self) -> &'static str {
        "fract"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.map(|x| x - R::from_f64(x.to_f64().floor()));
    }

    // ⌊x⌋ is a constant between its jumps: dy/dx = 1.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_x(|dy, _| dy);
    }
}
