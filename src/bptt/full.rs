//! Backpropagation through all time.

use super::piece::Piece;
use super::task::{self, StateValues, Task};
use crate::real::Real;
use crate::tape::Memory;
use crate::tensor::{Gradients, Params};

/// What came of a backward pass, besides the gradients of the weights.
#[derive(Clone, Debug)]
pub struct Passed<R> {
    /// The sum of the losses.
    pub loss: R,
    /// The state after the last step.
    pub state: StateValues<R>,
    /// `∂L/∂state` before the first step.
    pub d_initial: StateValues<R>,
}

/// Backpropagation through all time: one tape, from the first step to the last. Adds `∂L/∂w` to the gradients.
///
/// # Panics
/// If the gradients are of other parameters.
#[track_caller]
pub fn full<K: Task, R: Real>(
    task: &K,
    params: &Params<R>,
    grads: &mut Gradients<R>,
    memory: &mut Memory<R>,
) -> Passed<R> {
    let [_, steps] = task.sizes();
    let piece = Piece { task, params, steps: 0..steps };
    let mut losses = Vec::new();
    let initial = task::initial_state(task, params);
    let (state, d_initial) = piece.backward(&initial, None, 0, &mut losses, grads, memory, |_, _| {});
    Passed { loss: total(losses.into_iter()), state, d_initial }
}

/// The sum, in the order of time: as the tape of all steps has it.
pub(super) fn total<R: Real>(losses: impl Iterator<Item = R>) -> R {
    losses.reduce(|sum, loss| sum + loss).unwrap_or(R::ZERO)
}
