//! `y` = numbers of `x` that lie side by side, in place

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// Numbers of an earlier value that lie side by side, seen as a value of their own: `h` and `c` of an LSTM, or the two
/// halves of a weight. Nothing is copied: its numbers are those of `x`, and so is its gradient.
#[derive(Clone, Copy, Debug)]
pub struct Part;

impl<R: Real> Rule<R> for Part {
    fn name(&self) -> &'static str {
        "part"
    }

    fn forward(&self, _: Forward<'_, R>) {}

    // What was added to ∂L/∂y was added to ∂L/∂x: they are the same memory.
    fn vjp(&self, _: Backward<'_, R>) {}
}
