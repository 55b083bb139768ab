//! `y = σ(x) = 1/(1 + e⁻ˣ)`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = σ(x) = 1/(1 + e⁻ˣ)`, element by element: a gate, open at 1 and shut at 0.
#[derive(Clone, Copy, Debug)]
pub struct Sigmoid;

impl<R: Real> Rule<R> for Sigmoid {
    fn name(&self) -> &'static str {
        "sigmoid"
    }

    fn forward(&self, at: Forward<'_, R>) {
        at.map(R::sigmoid);
    }

    // dσ/dx = e⁻ˣ/(1 + e⁻ˣ)² = y·(1 − y), at most a quarter: a chain of sigmoids makes gradients vanish.
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_y(|dy, y| dy * (R::ONE - y) * y);
    }
}
