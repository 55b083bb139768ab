//! Parts, and arrays out of parts: methods of [`Var`].

use super::Var;
use crate::ops;
use crate::real::Real;

impl<R: Real> Var<'_, R> {
    /// Entry `index` of an axis, which disappears. `x.select(1, t)` is `x_t` `[B, I]` of `[B, T, I]`.
    ///
    /// # Panics
    /// If there is no such axis or entry.
    #[must_use]
    #[track_caller]
    pub fn select(self, axis: usize, index: usize) -> Self {
        self.tape().record(ops::Select { axis, index }, &[self])
    }
}
