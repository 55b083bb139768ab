//! `y = x above 0, else slope·x`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = x` above 0, else `slope·x`, element by element. The small slope keeps a unit from dying.
#[derive(Clone, Copy, Debug)]
pub struct LeakyRelu {
    /// The slope below 0.
    pub slope: f64,
}

impl<R: Real> Rule<R> for LeakyRelu {
    fn name(&self) -> &'static str {
        "leaky_relu"
    }

    fn forward(&self, at: Forward<'_, R>) {
        let slope = R::from_f64(self.slope);
        at.map(move |x| if x > R::ZERO { x } else { slope * x });
    }

    // dy/dx = 1 above 0, else the slope; at the corner the slope too.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let slope = R::from_f64(self.slope);
        at.add_with_x(move |dy, x| if x > R::ZERO { dy } else { slope * dy });
    }
}
