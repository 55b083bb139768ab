//! From one loss per element to the loss.

use super::{Backward, Forward};
use crate::kernels::{bulk, elementwise, reduce};
use crate::real::Real;
use crate::tensor::Shape;

/// What a loss does with its terms. The simple methods of [`Var`](crate::Var), such as `mse`, take the mean; those
/// that end in `_with` let you choose.
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

    /// Writes the result into `y`, if `count` of the terms count.
    pub(super) fn reduce<R: Real>(self, terms: &[R], count: usize, y: &mut [R]) {
        match self {
            Self::None => y.copy_from_slice(terms),
            _ => y[0] = self.total(reduce::sum(terms), count),
        }
    }

    fn total<R: Real>(self, sum: R, count: usize) -> R {
        if self == Self::Mean { sum / R::from_usize(count) } else { sum }
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
    pub(super) fn forward<R: Real>(self, at: Forward<'_, R>, f: impl Fn(R, R) -> R + Copy + Sync) {
        let (p, y) = (at.x.value(0), at.x.value(1));
        match self {
            Self::None => at.zip(f),
            _ => at.y[0] = self.total(reduce::sum_zip(p, y, f), p.len()),
        }
    }

    /// Its backward pass: adds `∂L/∂term·slope(p, y)` to the gradient of input `i`, where `slope` is
    /// the derivative of the term by that input.
    pub(super) fn add<R: Real>(
        self,
        at: &mut Backward<'_, R>,
        i: usize,
        slope: impl Fn(R, R) -> R + Copy + Sync,
    ) {
        let (dy, p, y) = (at.dy, at.x.value(0), at.x.value(1));
        let Some(dx) = at.grad(i) else { return };
        if self == Self::None {
            return bulk::each([dy, p, y], dx, [], move |[dy, p, y], dx, []| {
                elementwise::add_zip3(dy, p, y, dx, move |dl, p, y| dl * slope(p, y));
            });
        }
        let dl = self.upstream(dy, p.len())(0);
        bulk::each([p, y], dx, [], move |[p, y], dx, []| {
            elementwise::add_zip(p, y, dx, move |p, y| dl * slope(p, y));
        });
    }
}
