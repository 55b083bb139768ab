//! What a recurrent cell is.

use crate::real::Real;
use crate::tape::{Tape, Var};

/// One step of a recurrence, `state_t = f(x_t, state_{t−1})`, written as its equation.
///
/// The loop over time is [`unroll`](super::unroll), the same for every cell; backpropagation through
/// time follows from the tape, the same for every cell.
pub trait Cell {
    /// What is carried from step to step: `h`, or a pair of `h` and `c`.
    type State<'t, R: Real>: State<'t, R>;

    /// The state before the first step: zeros, for a batch of `B` rows.
    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R>;

    /// `state_t` from `x_t` `[B, I]` and `state_{t−1}`.
    ///
    /// # Panics
    /// If `x_t` or the state don't fit the weights.
    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, state: Self::State<'t, R>) -> Self::State<'t, R>;
}

/// The state of a cell: one variable, a pair of which the first is the output, or a `Copy` struct of your own
/// that says which.
pub trait State<'t, R: Real>: Copy {
    /// What the rest of the net sees of it: `h_t` `[B, H]`.
    fn output(self) -> Var<'t, R>;
}

impl<'t, R: Real> State<'t, R> for Var<'t, R> {
    fn output(self) -> Self {
        self
    }
}

impl<'t, R: Real> State<'t, R> for (Var<'t, R>, Var<'t, R>) {
    fn output(self) -> Var<'t, R> {
        self.0
    }
}
