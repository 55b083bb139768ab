//! Backpropagation through time with less memory: what isn't kept is computed again.

use super::full::{Passed, total};
use super::piece::Piece;
use super::schedule::{Plan, split};
use super::task::{StateValues, Task, initial_state, state_bytes};
use crate::real::Real;
use crate::tape::Memory;
use crate::tensor::{Array, Gradients, Params};

/// What [`checkpointed`] did.
#[derive(Clone, Debug)]
pub struct Checkpointed<R> {
    /// As of the whole sequence.
    pub passed: Passed<R>,
    /// Steps computed without a tape.
    pub advanced: usize,
    /// Steps that the longest tape had.
    pub longest_tape: usize,
    /// States kept at a time, at most.
    pub most_states: usize,
    /// All that was held at a time, at most: the tape, the states, and a number for each step, its loss.
    pub bytes: usize,
}

/// `∂L/∂w` by the plan, added to the gradients. Bit by bit that of [`full`](super::full).
///
/// ```text
/// stack of (first step, last step, state before the first)
/// while there is one: take the last
///     one piece? → compute it on a tape, and walk back
///     else       → compute states up to some step within, keep that one, and come back to both parts: the later one first
/// ```
///
/// Besides states and a tape it keeps the loss of each step, one number: they are summed up in the order of time.
///
/// # Panics
/// If the plan has no pieces or slots, or the gradients are of other parameters.
#[track_caller]
pub fn checkpointed<K: Task, R: Real>(
    task: &K,
    params: &Params<R>,
    plan: Plan,
    grads: &mut Gradients<R>,
    memory: &mut Memory<R>,
) -> Checkpointed<R> {
    assert!(!matches!(plan, Plan::Pieces(0) | Plan::Slots(0)), "checkpointed: {plan:?} keeps nothing");
    let [_, steps] = task.sizes();
    let (mut after, mut last): (Option<StateValues<R>>, _) = (None, None);
    let mut losses: Vec<R> = Vec::with_capacity(steps); // the last one first
    let (mut advanced, mut longest_tape, mut most_states) = (0, 0, 0);
    let initial = initial_state(task, params);
    let state_bytes = state_bytes(&initial);
    let mut stack = Vec::with_capacity(plan.states(steps) + 1);
    stack.push((0, steps, initial));
    while let Some((first, end, state)) = stack.pop() {
        most_states = most_states.max(stack.len() + 1);
        if let Some(middle) = plan.middle(steps, first..end, stack.len()) {
            let later = Piece { task, params, steps: first..middle }.forward(&state, memory, |_, _| {});
            advanced += middle - first;
            stack.extend([(first, middle, state), (middle, end, later)]);
            continue;
        }
        let (later, piece) = (losses.len(), Piece { task, params, steps: first..end });
        let (state, before) =
            piece.backward(&state, after.as_deref(), 0, &mut losses, grads, memory, |_, _| {});
        longest_tape = longest_tape.max(end - first);
        losses[later..].reverse();
        last = last.or(Some(state));
        after = Some(before);
    }
    let loss = total(losses.into_iter().rev());
    let [state, d_initial] =
        [last, after].map(|values: Option<Vec<Array<R>>>| values.expect("one piece at least"));
    let bytes = memory.bytes() + most_states * state_bytes + steps * size_of::<R>();
    Checkpointed { passed: Passed { loss, state, d_initial }, advanced, longest_tape, most_states, bytes }
}

impl Plan {
    /// The most states that are kept at a time.
    fn states(self, steps: usize) -> usize {
        match self {
            Self::Pieces(count) => count.min(steps),
            Self::Slots(slots) => steps.min(slots.saturating_add(1)),
        }
    }

    /// Where to cut these steps, with so many other states kept; `None` if they are to be walked back at once.
    fn middle(self, all: usize, steps: std::ops::Range<usize>, kept: usize) -> Option<usize> {
        match self {
            // The pieces are cut off the front one by one, so that each state is computed once.
            Self::Pieces(count) => {
                let next = (kept + 1) * all / count.min(all.max(1));
                Some(next).filter(|next| steps.contains(next) && *next > steps.start)
            }
            Self::Slots(_) if steps.len() < 2 => None,
            Self::Slots(slots) => Some(steps.start + split(steps.len(), slots.saturating_sub(kept).max(1))),
        }
    }
}
