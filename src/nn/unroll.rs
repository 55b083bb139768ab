//! The loop over time.

use super::{Cell, State};
use crate::real::Real;
use crate::tape::{Sequence, Var};

/// A cell applied to every step of a sequence.
pub struct Unrolled<'t, C: Cell, R: Real> {
    /// `h_1 … h_T`, each `[B, H]`. Each is a node of its own: after `backward`,
    /// `outputs.at(t).grad()` is `∂L/∂h_t` over all paths, those through later steps included.
    pub outputs: Sequence<'t, R>,
    /// The state after the last step.
    pub state: C::State<'t, R>,
}

/// Applies a cell to `x_1 … x_T` out of `x` `[B, T, I]`, from an initial state.
///
/// Nothing here knows about gradients. `W_hh` is on the tape once and each step reads it, so its
/// gradient receives one `+=` per step; `h_t` is read by step `t+1` and by whoever uses the output,
/// so its gradient receives one `+=` from each. Those two sums are backpropagation through time.
///
/// # Panics
/// If `x` isn't `[B, T, I]` with at least one step, or it or the state don't fit the cell.
#[track_caller]
pub fn unroll<'t, C: Cell, R: Real>(cell: &C, x: Var<'t, R>, initial: C::State<'t, R>) -> Unrolled<'t, C, R> {
    let steps = steps_of(x);
    let mut outputs = x.tape().sequence(steps);
    let mut state = initial;
    for t in 0..steps {
        state = cell.step(x.select(1, t), state);
        outputs.push(state.output());
    }
    Unrolled { outputs: outputs.finish(), state }
}

/// `T` of `[B, T, I]`.
#[track_caller]
fn steps_of<R: Real>(x: Var<'_, R>) -> usize {
    match *x.shape().sizes() {
        [_, 0, _] => panic!("unroll: the input has shape {}: no time step", x.shape()),
        [_, steps, _] => steps,
        _ => panic!("unroll: the input has shape {}, not [B, T, I]", x.shape()),
    }
}
