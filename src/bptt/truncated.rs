//! Truncated backpropagation through time.

use super::full::total;
use super::piece::Piece;
use super::task::{StateValues, Task, initial_state};
use crate::real::Real;
use crate::tape::Memory;
use crate::tensor::{Gradients, Params};

/// Every `k1` steps, backpropagation through the last `k2` of them; then `update` has its turn, with the sum of the losses and their
/// gradient, and may change the weights. Returns the last state.
///
/// ```text
/// steps       1 2 3 4 5 6 7 8 9 …      k1 = 2, k2 = 5
/// k1          └─┘ └─┘ └─┘ └─┘          the losses of these count, once each
/// back        ←─┘                      k2 or as many as there are
///             ←─────┘
///               ←───────┘              from the loss at 5 and 6 to the state before 2: 2, 3, 4 are computed anew
///                   ←───────┘
/// ```
///
/// Williams & Peng, *An efficient gradient-based algorithm for on-line training of recurrent network trajectories* (1990), who call
/// it BPTT(h; h') with h = `k2`, h' = `k1`. With `k1 = k2` the sequence is cut into pieces, as by
/// [`Fit::truncate`](crate::train::Fit) (but if a short one is left at the end, its way back is not shorter); with `k2 ≥ T` the gradients of all updates sum up to the full one (if the weights stay). A loss acts
/// on the weights through paths that go back to the beginning of its window: the first of `k1` has `k2 − k1 + 1` steps of it, the last one `k2`. What comes from further
/// is missing; that is the bias. With `k2 < k1` the losses of the first `k1 − k2` steps are not used at all.
///
/// A window begins with the state that the net was in when it came there first, with the weights of that time.
///
/// # Panics
/// If `k1` or `k2` is 0.
#[track_caller]
pub fn truncated<K: Task, R: Real>(
    task: &K,
    params: &mut Params<R>,
    [k1, k2]: [usize; 2],
    memory: &mut Memory<R>,
    mut update: impl FnMut(R, &mut Params<R>, &Gradients<R>),
) -> StateValues<R> {
    assert!(k1 > 0 && k2 > 0, "truncated: k1 is {k1} and k2 {k2}; both must be at least 1");
    let [_, steps] = task.sizes();
    let mut grads = params.zero_gradients();
    // The state before step `first`, that before the next one, … up to the furthest step so far.
    let (mut first, mut states) = (0, vec![initial_state(task, params)]);
    for begin in (0..steps).step_by(k1) {
        let end = steps.min(begin + k1);
        let start = end.saturating_sub(k2);
        if start > begin {
            let from = states[begin - first].clone();
            let piece = Piece { task, params, steps: begin..start };
            piece.forward(&from, memory, |_, state| states.push(state()));
        }
        states.drain(..start - first);
        first = start;

        grads.zero();
        let (mut losses, mut new) = (Vec::new(), Vec::new());
        let known = first + states.len() - 1;
        let piece = Piece { task, params, steps: start..end };
        piece.backward(&states[0], None, begin, &mut losses, &mut grads, memory, |t, state| {
            if t >= known {
                new.push(state());
            }
        });
        states.append(&mut new);
        update(total(losses.into_iter()), params, &grads);
    }
    states.pop().expect("the state after the last step")
}
