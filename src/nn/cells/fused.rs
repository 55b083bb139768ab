//! All steps of a recurrence as one node of the tape.

use crate::nn::Way;
use crate::ops::{Recurrence, RecurrenceKind};
use crate::real::Real;
use crate::tape::Var;

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

/// The states of all steps, `[B, T, H]` or, if there are two, `[2, B, T, H]`.
#[track_caller]
pub(super) fn at_once<'t, R: Real>(
    kind: RecurrenceKind,
    Weights { w, u, b_x, b_h }: Weights<'t, R>,
    x: Var<'t, R>,
    initial: &[Var<'t, R>],
    Way { reverse, mask, keep, .. }: Way<'t, R>,
) -> Var<'t, R> {
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
    let initial = initial.iter().copied();
    for input in [x, w, u].into_iter().chain(initial).chain([b_x, b_h, mask, keep].into_iter().flatten()) {
        inputs[count] = input;
        count += 1;
    }
    x.tape().record(op, &inputs[..count])
}
