//! Some steps of a sequence on a tape of their own.

use std::mem;
use std::ops::Range;

use super::task::{self, StateValues, Task};
use crate::nn::{Cell, State};
use crate::real::Real;
use crate::tape::{Memory, Tape, Var};
use crate::tensor::{Array, Gradients, Params};

/// Some steps of a task.
pub(super) struct Piece<'a, K, R: Real> {
    pub task: &'a K,
    pub params: &'a Params<R>,
    pub steps: Range<usize>,
}

impl<K: Task, R: Real> Piece<'_, K, R> {
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
        let (mut state, mut loss, mut after_one) = (initial, None, [0; 5]);
        for t in self.steps.clone() {
            state = task.cell().step(task.input(&tape, t), state);
            each(t, &|| task::values::<K, R>(state));
            if t >= counted
                && let Some(term) = task.loss(t, state.output())
            {
                losses.push(term.item());
                loss = Some(loss.map_or(term, |sum: Var<'_, R>| sum + term));
            }
            match t - self.steps.start {
                0 => after_one = tape.memory().used(),
                3 => tape.memory_mut().expect(self.steps.end - t - 1, after_one, 3),
                _ => {}
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
