//! The loop over time.

use super::{Cell, State, Trajectory, Way};
use crate::real::Real;
use crate::tape::Var;

/// Applies a cell to `x_1 … x_T` out of `x` `[B, T, I]`, from an initial state.
///
/// Nothing here knows about gradients. `W_hh` is on the tape once and each step reads it, so its
/// gradient receives one `+=` per step; `h_t` is read by step `t+1` and by whoever uses the output,
/// so its gradient receives one `+=` from each. Those two sums are backpropagation through time.
///
/// # Panics
/// If `x` isn't `[B, T, I]`, or it, the state, the mask or the dropout don't fit the cell.
#[track_caller]
pub fn unroll<'t, C: Cell, R: Real>(
    cell: &C,
    x: Var<'t, R>,
    initial: C::State<'t, R>,
    way: Way<'t, R>,
) -> Trajectory<'t, C::State<'t, R>, R> {
    let steps = steps_of(x);
    let mut trajectory = Trajectory::new(x.tape(), initial, steps);
    let mut state = initial;
    let (tape, sequence) = (x.tape(), x.tape().begin_sequence());
    let around = tape.at_step(None);
    for t in way.steps(steps) {
        tape.at_step(Some([sequence, t]));
        let (x_t, before) = (x.select(1, t), state);
        state = match way.keep {
            None => cell.step(x_t, before),
            Some(keep) => cell.step_reading(x_t, before, before.output() * keep),
        };
        if let Some((zoneout, training)) = way.zoneout {
            state = zoneout.apply(state, before, training.map(|seed| (seed, t)));
        }
        if let Some(mask) = way.mask {
            let mask_t = mask.select(1, t);
            state = state.zip(before, |new, old| mask_t.select_rows(new, old));
        }
        state.output().named("h");
        trajectory.set(t, state);
    }
    tape.at_step(around);
    trajectory
}

/// `T` of `[B, T, I]`.
#[track_caller]
fn steps_of<R: Real>(x: Var<'_, R>) -> usize {
    match *x.shape().sizes() {
        [_, steps, _] => steps,
        _ => panic!("unroll: the input has shape {}, not [B, T, I]", x.shape()),
    }
}
