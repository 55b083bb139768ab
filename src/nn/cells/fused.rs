//! All steps of a recurrence as one node of the tape.

use crate::nn::Way;
use crate::ops::{Recurrence, RecurrenceKind};
use crate::real::Real;
use crate::tape::Var;
use crate::tensor::Shape;

/// The weights of a recurrence.
#[derive(Clone, Copy)]
pub(super) struct Weights<'t, R: Real> {
    /// `[I, G·H]`
    pub w: Var<'t, R>,
    /// `[H, G·H]`
    pub u: Var<'t, R>,
    /// The bias beside `x·W`, `[G·H]`.
    pub b_x: Option<Var<'t, R>>,
    /// The bias beside `h·U`, `[G·H]`.
    pub b_h: Option<Var<'t, R>>,
}

/// The outputs of all steps, `[B, T, H]`, and the states after the last one.
#[track_caller]
pub(super) fn at_once<'t, R: Real, const N: usize>(
    kind: RecurrenceKind,
    Weights { w, u, b_x, b_h }: Weights<'t, R>,
    x: Var<'t, R>,
    initial: [Var<'t, R>; N],
    way: Way<'t, R>,
) -> (Var<'t, R>, [Var<'t, R>; N]) {
    let Way { reverse, mask, keep, .. } = way;
    let op = Recurrence {
        kind,
        reverse,
        b_x: b_x.is_some(),
        b_h: b_h.is_some(),
        mask: mask.is_some(),
        keep: keep.is_some(),
    };
    let mut inputs = [x; 9];
    let mut count = 0;
    for input in [x, w, u].into_iter().chain(initial).chain([b_x, b_h, mask, keep].into_iter().flatten()) {
        inputs[count] = input;
        count += 1;
    }
    let states = x.tape().record(op, &inputs[..count]);
    let (steps, h_0) = (x.shape().sizes()[1], initial[0].shape());
    let outputs = match N {
        1 => states,
        _ => x.tape().part(states, 0, Shape::from([h_0.rows(), steps, h_0.last()])),
    };
    let last = way.steps(steps).last();
    let state = std::array::from_fn(|i| match (i, last) {
        (0, Some(t)) => outputs.select(1, t),
        (0, None) => initial[0],
        _ => x.tape().part(states, outputs.shape().len(), h_0),
    });
    (outputs, state)
}
