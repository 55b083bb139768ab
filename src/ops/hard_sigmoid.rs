//! `y = min(max(slope·x + offset, 0), 1)`

use super::{Backward, Forward, Rule};
use crate::real::Real;

/// `y = min(max(slope·x + offset, 0), 1)`, element by element: a sigmoid out of three straight lines.
/// Libraries differ in its slope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HardSigmoid {
    /// The slope of the middle line.
    pub slope: f64,
    /// The value at 0.
    pub offset: f64,
}

impl HardSigmoid {
    /// `0.2·x + 0.5`: Keras 1 and 2, whose recurrent layers once had it as their default gate.
    pub const KERAS_2: Self = Self { slope: 0.2, offset: 0.5 };
    /// `x/6 + 0.5`: Keras 3, PyTorch, JAX.
    pub const KERAS_3: Self = Self { slope: 1.0 / 6.0, offset: 0.5 };
}

impl<R: Real> Rule<R> for HardSigmoid {
    fn name(&self) -> &'static str {
        "hard_sigmoid"
    }

    fn forward(&self, at: Forward<'_, R>) {
        let (slope, offset) = (R::from_f64(self.slope), R::from_f64(self.offset));
        at.map(move |x| {
            let y = slope * x + offset;
            if y < R::ZERO {
                R::ZERO
            } else if y > R::ONE {
                R::ONE
            } else {
                y
            }
        });
    }

    // dy/dx = slope between the corners and 0 outside. At a corner, and at NaN, it is 0.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let slope = R::from_f64(self.slope);
        at.add_with_y(move |dy, y| if R::ZERO < y && y < R::ONE { slope * dy } else { R::ZERO });
    }
}
