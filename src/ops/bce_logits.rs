//! `L = mean −(y·ln σ(x) + (1−y)·ln(1−σ(x)))`

use super::{Backward, Forward, Inputs, Reduction, Rule};
use crate::real::Real;
use crate::tensor::Shape;

/// Binary cross-entropy of logits `x` and targets `y` (0, 1, or a probability) of one shape:
/// `−(y·ln p + (1−y)·ln(1−p))` with `p = σ(x)`.
#[derive(Clone, Copy, Debug)]
pub struct BceLogits {
    /// Mean, sum, or one loss per element.
    pub reduction: Reduction,
}

impl<R: Real> Rule<R> for BceLogits {
    fn name(&self) -> &'static str {
        "bce_logits"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        self.reduction.shape(x.same_shape("bce_logits"))
    }

    // −ln σ(x) = ln(1 + e⁻ˣ) = softplus(x) − x and −ln(1−σ(x)) = softplus(x). Weighted with y and 1−y,
    // they sum to softplus(x) − x·y, in which no logarithm ever meets a 0.
    fn forward(&self, at: Forward<'_, R>) {
        self.reduction.forward(at, |x, y| x.softplus() - x * y);
    }

    // softplus' = σ. So by x: σ(x) − y, what the net said, less what was true; by y: −x.
    fn vjp(&self, mut at: Backward<'_, R>) {
        self.reduction.add(&mut at, 0, move |x, y| x.sigmoid() - y);
        self.reduction.add(&mut at, 1, move |x, _y| -x);
    }
}
