//! A cell as a layer over whole sequences.

use super::{Cell, State, Unrolled, unroll};
use crate::real::Real;
use crate::tape::Var;

/// A recurrent layer: a cell, and what to return of its outputs.
#[derive(Clone, Copy, Debug)]
pub struct Recurrent<C> {
    /// The step.
    pub cell: C,
    /// Whether the output is `h_1 … h_T` `[B, T, H]`, or only `h_T` `[B, H]`.
    pub return_sequences: bool,
}

impl<C: Cell> Recurrent<C> {
    /// The output for `x` `[B, T, I]`, from a state of zeros.
    ///
    /// # Panics
    /// If `x` isn't `[B, T, I]` with the `I` of the weights and at least one step.
    #[must_use]
    #[track_caller]
    pub fn forward<'t, R: Real>(&self, x: Var<'t, R>) -> Var<'t, R> {
        let batch = x.shape().sizes().first().copied().unwrap_or(0);
        self.forward_from(x, self.cell.zero_state(x.tape(), batch)).0
    }

    /// The output for `x` `[B, T, I]` and the state after it, from this initial state. The state
    /// may be a variable, and has a gradient then.
    ///
    /// # Panics
    /// As [`forward`](Self::forward), and if the state doesn't fit the batch.
    #[must_use]
    #[track_caller]
    pub fn forward_from<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        initial: C::State<'t, R>,
    ) -> (Var<'t, R>, C::State<'t, R>) {
        let Unrolled { outputs, state } = unroll(&self.cell, x, initial);
        let output = if self.return_sequences { outputs.stack() } else { state.output() };
        (output, state)
    }
}
