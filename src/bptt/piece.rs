//! Some steps of a sequence on a tape of their own.

use std::mem;
use std::ops::Range;

use super::task::{self, StateValues, Task};
use crate::nn::{Cell, State};
use crate::real::Real;
use crate::tape::{Memory, Tape, Var};
use crate::tensor::{Array, Gradients, Params};

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

/// Some steps of a task.
pub(super) struct Piece<'a, K, R: Real> {
    pub task: &'a K,
    pub params: &'a Params<R>,
    pub steps: Range<usize>,
}

impl<K: Task, R: Real> Piece<'_, K, R> {
    /// The state after the steps, from the one before. Nothing is kept for a backward pass. `each` may ask for the state after each step.
    #[track_caller]
    pub fn forward(
        &self,
        from: &[Array<R>],
        memory: &mut Memory<R>,
        mut each: impl FnMut(usize, &dyn Fn() -> StateValues<R>),
    ) -> StateValues<R> {
        let mut state = from.to_vec();
        for t in self.steps.clone() {
            let tape = Tape::without_gradients(self.params, mem::take(memory));
            let before = task::on_tape(self.task, &tape, &state);
            state = task::values::<K, R>(self.task.cell().step(self.task.input(&tape, t), before));
            each(t, &|| state.clone());
            *memory = tape.into_memory();
        }
        state
    }

    /// The chain rule of these steps: from `after`, the gradient by the state after them (as far as the loss depends on it through later
    /// steps), the gradient by the state before them; the weights' is added to `grads`. Losses of steps before `counted` don't
    /// count. Returns the state after the steps, too.
    ///
    /// `h_b`, the last output of a piece, is read by its loss and by the piece behind it. The gradient from there is given first, and that of the loss
    /// is added, as on the tape of the whole sequence: so sums are in the same order, and have the same bits.
    #[track_caller]
    #[allow(clippy::too_many_arguments)]
    pub fn backward(
        &self,
        from: &[Array<R>],
        after: Option<&[Array<R>]>,
        counted: usize,
        losses: &mut Vec<R>,
        grads: &mut Gradients<R>,
        memory: &mut Memory<R>,
        mut each: impl FnMut(usize, &dyn Fn() -> StateValues<R>),
    ) -> (StateValues<R>, StateValues<R>) {
        let Self { task, params, .. } = *self;
        let tape = Tape::new(params, mem::take(memory));
        let initial = task::on_tape(task, &tape, from);
        let (mut state, mut loss) = (initial, None);
        for t in self.steps.clone() {
            state = task.cell().step(task.input(&tape, t), state);
            each(t, &|| task::values::<K, R>(state));
            if t >= counted
                && let Some(term) = task.loss(t, state.output())
            {
                losses.push(term.item());
                loss = Some(loss.map_or(term, |sum: Var<'_, R>| sum + term));
            }
        }
        let (mut seeds, one) = (task::seeds::<K, R>(state, after.unwrap_or_default()), [R::ONE]);
        seeds.extend(loss.map(|loss| (loss, &one[..])));
        tape.backward_from(&seeds, grads);
        let d_initial = task::gradient::<K, R>(initial);
        let state = task::values::<K, R>(state);
        *memory = tape.into_memory();
        (state, d_initial)
    }
}
