//! From one loss per element to the loss.

use super::{Backward, Forward};
use crate::kernels::elementwise;
use crate::real::Real;
use crate::tensor::Shape;

/// What a loss does with its terms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    /// Leaves them as they are: the result has one element per term.
    None,
    /// Adds them up.
    Sum,
    /// Adds them up and divides by how many count. The mean of nothing is NaN.
    #[default]
    Mean,
}

impl Reduction {
    /// The shape of the result, from the shape of the terms.
    pub(super) fn shape(self, terms: Shape) -> Shape {
        if self == Self::None { terms } else { Shape::default() }
    }

    /// Writes the result into `y`, where `term(i)` is the loss of element `i` of `n`, and `count` of
    /// them count. Asks for each term once, in order.
    pub(super) fn reduce<R: Real>(
        self,
        y: &mut [R],
        n: usize,
        count: usize,
        mut term: impl FnMut(usize) -> R,
    ) {
        match self {
            Self::None => y.iter_mut().enumerate().for_each(|(i, y)| *y = term(i)),
            Self::Sum => y[0] = sum(0, n, &mut term),
            Self::Mean => y[0] = sum(0, n, &mut term) / R::from_usize(count),
        }
    }

    /// `∂L/∂term(i)`, from `dy`, if `count` terms count.
    pub(super) fn upstream<R: Real>(self, dy: &[R], count: usize) -> impl Fn(usize) -> R {
        move |i| match self {
            Self::None => dy[i],
            Self::Sum => dy[0],
            Self::Mean => dy[0] / R::from_usize(count),
        }
    }

    /// The forward pass of a loss of predictions and targets of one shape, whose terms are `f(p, y)`.
    pub(super) fn forward<R: Real>(self, at: Forward<'_, R>, f: impl Fn(R, R) -> R) {
        let Forward { x, y: result, .. } = at;
        let (p, y) = (x.value(0), x.value(1));
        self.reduce(result, p.len(), p.len(), |i| f(p[i], y[i]));
    }

    /// Its backward pass: adds `∂L/∂term·slope(p, y)` to the gradient of input `i`, where `slope` is
    /// the derivative of the term by that input.
    pub(super) fn add<R: Real>(self, at: &mut Backward<'_, R>, i: usize, slope: impl Fn(R, R) -> R) {
        let (dy, p, y) = (at.dy, at.x.value(0), at.x.value(1));
        let Some(dx) = at.grad(i) else { return };
        if self == Self::None {
            return elementwise::add_zip3(dy, p, y, dx, |dl, p, y| dl * slope(p, y));
        }
        let dl = self.upstream(dy, p.len())(0);
        elementwise::add_zip(p, y, dx, |p, y| dl * slope(p, y));
    }
}

/// `Σ term(i)` over `from ≤ i < to`, by halves: the rounding error grows with `log n`, not `n`.
fn sum<R: Real>(from: usize, to: usize, term: &mut impl FnMut(usize) -> R) -> R {
    if to - from <= 32 {
        return (from..to).fold(R::ZERO, |sum, i| sum + term(i));
    }
    let middle = from.midpoint(to);
    sum(from, middle, term) + sum(middle, to, term)
}
