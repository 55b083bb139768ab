//! What a step can be asked for: one sentence at the caller's line.

use crate::real::Real;
use crate::tensor::{Gradients, Params};

/// Asserts `0 ≤ value < ∞` and returns it.
#[track_caller]
pub(super) fn at_least_0(owner: &str, name: &str, value: f64) -> f64 {
    assert!(value >= 0.0 && value.is_finite(), "{owner}: {name} is {value}, but must be a number ≥ 0");
    value
}

/// Asserts `0 < value < ∞` and returns it.
#[track_caller]
pub(super) fn positive(owner: &str, name: &str, value: f64) -> f64 {
    assert!(value > 0.0 && value.is_finite(), "{owner}: {name} is {value}, but must be a number > 0");
    value
}

/// Asserts `0 ≤ value < 1`.
#[track_caller]
pub(super) fn fraction(owner: &str, name: &str, value: f64) {
    assert!((0.0..1.0).contains(&value), "{owner}: {name} is {value}, but must be ≥ 0 and < 1");
}

/// Panics unless `given` of these are as many numbers as the `n` weights.
#[track_caller]
pub(super) fn one_layout(owner: &str, n: usize, what: &str, given: usize) {
    assert!(given == n, "{owner}: weights of {n} numbers, but {what} of {given}");
}

/// Panics unless the gradients have the layout of the weights.
#[track_caller]
pub(super) fn same_layout<R: Real>(owner: &str, params: &Params<R>, grads: &Gradients<R>) {
    one_layout(owner, params.flat().len(), "gradients", grads.flat().len());
    assert!(params.fits(grads), "{owner}: the gradients have other tables than the weights");
}
