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

    // −ln σ(x) = ln(1 + e⁻ˣ) and −ln(1−σ(x)) = x + ln(1 + e⁻ˣ), so a term is (1−y)·x + ln(1 + e⁻ˣ).
    // Where x < 0, e⁻ˣ may overflow; ln(1 + e⁻ˣ) = −x + ln(1 + eˣ) doesn't. One formula for both:
    // max(x, 0) − x·y + ln(1 + e^−|x|).
    fn forward(&self, at: Forward<'_, R>) {
        self.reduction.forward(at, |x, y| {
            let above_zero = if x < R::ZERO { R::ZERO } else { x };
            above_zero - x * y + (-x.abs()).exp().ln_1p()
        });
    }

    // From the term (1−y)·x + ln(1 + e⁻ˣ): by x, 1 − y − e⁻ˣ/(1 + e⁻ˣ) = σ(x) − y; by y, −x.
    fn vjp(&self, mut at: Backward<'_, R>) {
        self.reduction.add(&mut at, 0, |x, y| sigmoid(x) - y);
        self.reduction.add(&mut at, 1, |x, _y| -x);
    }
}

fn sigmoid<R: Real>(x: R) -> R {
    let e = (-x.abs()).exp();
    (if x < R::ZERO { e } else { R::ONE }) / (R::ONE + e)
}
