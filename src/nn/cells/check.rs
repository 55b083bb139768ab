//! What a step is given, held against its weights.

use crate::real::Real;
use crate::tape::Var;
use crate::tensor::Shape;

/// Panics unless `x_t` is `[B, I]` and each state `[B, width]`; a state comes with what to call it.
#[track_caller]
pub(in crate::nn) fn check<R: Real>(
    layer: &str,
    x_t: Var<'_, R>,
    inputs: usize,
    states: &[(&str, Var<'_, R>, usize)],
) {
    let given = x_t.shape();
    assert!(given.rank() == 2 && given.last() == inputs, "{layer}: x_t has shape {given}, not [B, {inputs}]");
    for &(name, state, width) in states {
        let (state, expected) = (state.shape(), Shape::from([given.rows(), width]));
        assert!(state == expected, "{layer}: {name} has shape {state}, not {expected}");
    }
}
