//! `L = mean −(y·ln p + (1−y)·ln(1−p))`

use super::{Backward, Forward, Inputs, Reduction, Rule};
use crate::real::Real;
use crate::tensor::Shape;

/// Binary cross-entropy `−(y·ln p + (1−y)·ln(1−p))` of probabilities `p` and targets `y` (0, 1, or a
/// probability) of one shape.
#[derive(Clone, Copy, Debug)]
pub struct Bce {
    /// What is done about `ln 0`.
    pub limit: BceLimit,
    /// Mean, sum, or one loss per element.
    pub reduction: Reduction,
}

/// What keeps [`Bce`] finite where `p` is 0 or 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BceLimit {
    /// `p` is clipped to `[ε, 1−ε]` with ε = 1e-7, and has no gradient outside: Keras, TensorFlow.
    /// A unit that is saturated and wrong gets no gradient at all; logits don't have this problem.
    #[default]
    Probability,
    /// Neither logarithm goes below −100: PyTorch. NaN for a `p` that is no probability.
    Logarithm,
}

impl BceLimit {
    /// Keras' `epsilon()`.
    const EPSILON: f64 = 1e-7;
    /// PyTorch's least denominator, a constant of 32 bits there.
    const LEAST_VARIANCE: f32 = 1e-12;

    #[inline(always)]
    fn clip<R: Real>(self, p: R) -> R {
        let (low, high) = (R::from_f64(Self::EPSILON), R::from_f64(1.0 - Self::EPSILON));
        match self {
            Self::Probability if p < low => low,
            Self::Probability if p > high => high,
            _ => p,
        }
    }

    /// `ln p` and `ln(1−p)`.
    #[inline(always)]
    fn logarithms<R: Real>(self, p: R) -> [R; 2] {
        let (p, least) = (self.clip(p), R::from_f64(-100.0));
        [p.ln(), (-p).ln_1p()].map(|ln| if ln < least { least } else { ln })
    }

    /// `∂term/∂p = (p − y) / (p·(1−p))`, within the limits.
    fn slope<R: Real>(self, p: R, y: R) -> R {
        let (variance, least) = (p * (R::ONE - p), R::from_f64(f64::from(Self::LEAST_VARIANCE)));
        match self {
            Self::Probability if p != self.clip(p) => R::ZERO,
            Self::Logarithm if variance < least => (p - y) / least,
            _ => (p - y) / variance,
        }
    }
}

impl<R: Real> Rule<R> for Bce {
    fn name(&self) -> &'static str {
        "bce"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        self.reduction.shape(x.same_shape("bce"))
    }

    fn forward(&self, at: Forward<'_, R>) {
        self.reduction.forward(
            at,
            #[inline(always)]
            |p, y| {
                let [ln_p, ln_not_p] = self.limit.logarithms(p);
                -(y * ln_p + (R::ONE - y) * ln_not_p)
            },
        );
    }

    // By p: −y/p + (1−y)/(1−p) = (p − y) / (p·(1−p)). A clipped p is a constant: slope 0. PyTorch only
    // holds the denominator at 1e-12 or more, and so keeps a (large) gradient at p = 0 and 1.
    // By y: ln(1−p) − ln p.
    fn vjp(&self, mut at: Backward<'_, R>) {
        self.reduction.add(&mut at, 0, move |p, y| self.limit.slope(p, y));
        self.reduction.add(
            &mut at,
            1,
            #[inline(always)]
            move |p, _y| {
                let [ln_p, ln_not_p] = self.limit.logarithms(p);
                ln_not_p - ln_p
            },
        );
    }
}
