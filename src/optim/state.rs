//! What an optimizer carries from one step to the next.

use std::fmt;

use super::range;
use crate::real::Real;
use crate::tensor::{Gradients, Params};

/// The number of steps, and up to `N` moments: arrays of the layout of the weights.
#[derive(Clone)]
pub struct State<R, const N: usize> {
    steps: usize,
    moments: [Option<Gradients<R>>; N],
}

impl<R: Real, const N: usize> State<R, N> {
    /// How many steps were taken.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The moments; `None` for one that was not needed so far.
    pub fn moments(&self) -> [Option<&Gradients<R>>; N] {
        self.moments.each_ref().map(Option::as_ref)
    }

    /// Forgets all steps.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Begins a step: returns its number, counted from 1, and the moments. Those with a starting
    /// value are filled with it when they are needed for the first time; the others are empty.
    #[track_caller]
    pub(super) fn begin(
        &mut self,
        optimizer: &str,
        params: &Params<R>,
        grads: &Gradients<R>,
        start: [Option<f64>; N],
    ) -> (usize, [&mut [R]; N]) {
        let n = params.flat().len();
        range::same_layout(optimizer, params, grads);
        for (moment, start) in self.moments.iter_mut().zip(start) {
            if let (None, Some(start)) = (&moment, start) {
                let mut filled = params.zero_gradients();
                filled.flat_mut().fill(R::from_f64(start));
                *moment = Some(filled);
            }
            let known = moment.as_ref().map_or(n, |moment| moment.flat().len());
            range::one_layout(optimizer, n, "moments", known);
        }
        self.steps += 1;
        let moments = self.moments.each_mut();
        (self.steps, moments.map(|m| m.as_mut().map_or(&mut [][..], Gradients::flat_mut)))
    }
}

impl<R: Real, const N: usize> Default for State<R, N> {
    fn default() -> Self {
        Self { steps: 0, moments: std::array::from_fn(|_| None) }
    }
}

impl<R, const N: usize> fmt::Debug for State<R, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} steps", self.steps)
    }
}
