//! `y = ln(1 + eˣ)`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = ln(1 + eˣ)`, element by element: a smooth [`Relu`](super::Relu).
#[derive(Clone, Copy, Debug)]
pub struct Softplus;

impl<R: Real> Rule<R> for Softplus {
    fn name(&self) -> &'static str {
        "softplus"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.map(R::softplus);
    }

    // dy/dx = eˣ/(1 + eˣ) = σ(x)
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_x(|dy, x| dy * x.sigmoid());
    }
}
