//! From one loss per element to the loss.

use crate::real::Real;
use crate::tensor::Shape;

/// What a loss does with its `n` terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    /// Leaves them as they are: the result has one element per term.
    None,
    /// Adds them up.
    Sum,
    /// Adds them up and divides by `n`. The mean of nothing is NaN.
    #[default]
    Mean,
}

impl Reduction {
    /// The shape of the result, from the shape of the terms.
    pub(super) fn shape(self, terms: Shape) -> Shape {
        if self == Self::None { terms } else { Shape::default() }
    }

    /// Writes the result into `y`, where `term(i)` is the loss of element `i` of `n`.
    pub(super) fn reduce<R: Real>(self, y: &mut [R], n: usize, term: impl Fn(usize) -> R) {
        if self == Self::None {
            return y.iter_mut().enumerate().for_each(|(i, y)| *y = term(i));
        }
        y[0] = (0..n).fold(R::ZERO, |sum, i| sum + term(i));
        if self == Self::Mean {
            y[0] /= R::from_usize(n);
        }
    }

    /// `∂L/∂term(i)` for `i` of `n`, from `dy`.
    pub(super) fn upstream<R: Real>(self, dy: &[R], n: usize) -> impl Fn(usize) -> R {
        move |i| match self {
            Self::None => dy[i],
            Self::Sum => dy[0],
            Self::Mean => dy[0] / R::from_usize(n),
        }
    }
}
