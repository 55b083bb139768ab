//! `L = mean ½d²` where `|d| ≤ δ`, `δ·(|d| − ½δ)` beyond; `d = p − y`

use super::{Backward, Forward, Inputs, Reduction, Rule};
use crate::real::Real;
use crate::tensor::Shape;

/// Huber's error of predictions `p` and targets `y` of one shape: squared up to `δ`, absolute beyond,
/// so that outliers pull no harder than `δ`.
#[derive(Clone, Copy, Debug)]
pub struct Huber {
    /// Where the parabola goes over into its tangents; positive.
    pub delta: f64,
    /// Mean, sum, or one loss per element.
    pub reduction: Reduction,
}

impl<R: Real> Rule<R> for Huber {
    fn name(&self) -> &'static str {
        "huber"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        assert!(self.delta > 0.0, "huber: delta is {}, not positive", self.delta);
        self.reduction.shape(x.same_shape("huber"))
    }

    fn forward(&self, at: Forward<'_, R>) {
        let (delta, half) = (R::from_f64(self.delta), R::from_f64(0.5));
        self.reduction.forward(at, |p, y| {
            let d = (p - y).abs();
            if d > delta { delta * (d - half * delta) } else { half * d * d }
        });
    }

    // The slope of ½d² is d, that of a tangent ±δ; they meet at |d| = δ. So ∂L/∂p is d, held within
    // ±δ, and ∂L/∂y the opposite.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let delta = R::from_f64(self.delta);
        let held = |d: R| {
            if d > delta {
                delta
            } else if d < -delta {
                -delta
            } else {
                d
            }
        };
        self.reduction.add(&mut at, 0, move |p, y| held(p - y));
        self.reduction.add(&mut at, 1, move |p, y| held(y - p));
    }
}
