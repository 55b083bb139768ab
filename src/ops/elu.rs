//! `y = x above 0, else α·(eˣ − 1)`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = x` above 0, else `α·(eˣ − 1)`, element by element.
#[derive(Clone, Copy, Debug)]
pub struct Elu {
    /// `−α` is the limit for x → −∞.
    pub alpha: f64,
}

impl<R: Real> Rule<R> for Elu {
    fn name(&self) -> &'static str {
        "elu"
    }

    fn forward(&self, at: Forward<'_, R>) {
        let alpha = R::from_f64(self.alpha);
        at.map(move |x| if x <= R::ZERO { alpha * x.exp_m1() } else { x });
    }

    // dy/dx = 1 above 0, else α·eˣ; at the corner α.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let alpha = R::from_f64(self.alpha);
        at.add_with_x(move |dy, x| if x <= R::ZERO { dy * alpha * x.exp() } else { dy });
    }
}
