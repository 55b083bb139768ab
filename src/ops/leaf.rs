//! Data, a parameter, a variable to differentiate by.

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// A value from outside: nothing to compute, and nobody below to pass a gradient on to.
#[derive(Clone, Copy, Debug)]
pub struct Leaf;

impl<R: Real> Rule<R> for Leaf {
    fn name(&self) -> &'static str {
        "leaf"
    }

    fn forward(&self, _: Forward<'_, R>) {}

    fn vjp(&self, _: Backward<'_, R>) {}
}
