//! One step, linearised.

use std::mem;

use super::task::{self, StateValues, Task};
use crate::kernels::{Mat, MatMut, gemm};
use crate::nn::{Cell, State};
use crate::real::Real;
use crate::tape::{Memory, Tape};
use crate::tensor::{Array, Params};

/// A step and its derivatives, at some state: `s_t = f(x_t, s_{t−1}, w)`.
pub(super) struct Linear<R> {
    /// `l_t`, if the step has a loss, with `∂l_t/∂s_{t−1}` `[S]` and `∂l_t/∂w` `[W]`.
    pub loss: Option<(R, Vec<R>, Vec<R>)>,
    /// `s_t`.
    pub state: StateValues<R>,
    /// `∂s_t/∂s_{t−1}` `[S, S]`.
    pub by_state: Vec<R>,
    /// `∂s_t/∂w` `[S, W]`, of this step alone.
    pub by_weights: Vec<R>,
}

/// Linearises step `t`, by reverse mode: a row for each number of the state.
#[track_caller]
pub(super) fn linearise<K: Task, R: Real>(
    task: &K,
    params: &Params<R>,
    t: usize,
    before: &[Array<R>],
    memory: &mut Memory<R>,
) -> Linear<R> {
    let tape = Tape::new(params, mem::take(memory));
    let from = task::on_tape(task, &tape, before);
    let state = task.cell().step(task.input(&tape, t), from);
    let mut grads = params.zero_gradients();
    let (mut by_state, mut by_weights) = (Vec::new(), Vec::new());
    for j in 0..numbers(before) {
        grads.zero();
        tape.backward_from(&task::seeds::<K, R>(state, &unit(before, j)), &mut grads);
        by_state.extend(flatten(&task::gradient::<K, R>(from)));
        by_weights.extend_from_slice(grads.flat());
    }
    let loss = task.loss(t, state.output()).map(|loss| {
        grads.zero();
        tape.backward(loss, &mut grads);
        (loss.item(), flatten(&task::gradient::<K, R>(from)), grads.flat().to_vec())
    });
    let state = task::values::<K, R>(state);
    *memory = tape.into_memory();
    Linear { loss, state, by_state, by_weights }
}

/// `∂s_t/∂s_{t−1}` `[S, S]` at every step of a run: how a change of the state goes on. `s` is all variables of the state of all rows of
/// the batch, one behind the other; rows don't act on each other. `T·S²` numbers.
#[must_use]
pub fn recurrent_jacobians<K: Task, R: Real>(task: &K, params: &Params<R>) -> Vec<Vec<R>> {
    let [_, steps] = task.sizes();
    let (mut state, mut memory) = (task::initial_state(task, params), Memory::new());
    let step = |t| {
        let tape = Tape::new(params, mem::take(&mut memory));
        let before = task::on_tape(task, &tape, &state);
        let after = task.cell().step(task.input(&tape, t), before);
        let [of, by] = [after, before].map(|state| task::collect::<K, R, _>(state, |variable| variable));
        let jacobian = tape.jacobian(&of, &by);
        state = task::values::<K, R>(after);
        memory = tape.into_memory();
        jacobian
    };
    (0..steps).map(step).collect()
}

/// The largest absolute value of an eigenvalue of a square matrix: below 1 all changes die out in the end, above 1 some grow. Relative error some
/// `1e-6`, more if many eigenvalues are the same or numbers of very different size meet. NaN, if a number isn't finite.
///
/// Gelfand's formula, `ρ = lim ‖Aᵏ‖^(1/k)`, for `k = 2²⁴`: by squaring, scaled so that nothing overflows (the norm is the largest number). Unlike power iteration it doesn't mind
/// pairs of complex eigenvalues, which recurrent nets have.
///
/// # Panics
/// If the matrix isn't square.
#[must_use]
#[track_caller]
pub fn spectral_radius<R: Real>(matrix: &[R]) -> f64 {
    const SQUARINGS: i32 = 24;
    let n = matrix.len().isqrt();
    assert!(n * n == matrix.len(), "spectral_radius: {} numbers are no square matrix", matrix.len());
    let mut power: Vec<f64> = matrix.iter().map(|x| x.to_f64()).collect();
    let mut log_norm = 0.0; // of A to the power 2ⁱ, when power has been scaled to norm 1
    for i in 0..=SQUARINGS {
        let norm = power.iter().map(|x| x.abs()).fold(0.0, f64::max);
        if norm == 0.0 || power.iter().any(|x| !x.is_finite()) {
            return if norm == 0.0 { 0.0 } else { f64::NAN };
        }
        log_norm += norm.ln() / 2_f64.powi(i);
        if i == SQUARINGS {
            break;
        }
        power.iter_mut().for_each(|x| *x /= norm);
        let mut square = vec![0.0; n * n];
        gemm::product(Mat::new(&power, n, n), Mat::new(&power, n, n), MatMut::new(&mut square, n, n));
        power = square;
    }
    log_norm.exp()
}

/// `S`: the numbers of a state.
pub(super) fn numbers<R: Real>(state: &[Array<R>]) -> usize {
    state.iter().map(|variable| variable.data().len()).sum()
}

/// All variables of a state as one vector.
pub(super) fn flatten<R: Real>(state: &[Array<R>]) -> Vec<R> {
    state.iter().flat_map(Array::data).copied().collect()
}

/// 1 in place `j` of a state, else 0.
fn unit<R: Real>(like: &[Array<R>], mut j: usize) -> StateValues<R> {
    let unit = |variable: &Array<R>| {
        let mut unit = Array::zeros(variable.shape());
        if let Some(number) = unit.data_mut().get_mut(j) {
            *number = R::ONE;
        }
        j = j.wrapping_sub(variable.data().len()); // past the end of all others, once it has been found
        unit
    };
    like.iter().map(unit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radii_of_matrices_that_are_known() {
        let near = |matrix: &[f64], radius: f64| {
            let found = spectral_radius(matrix);
            assert!((found - radius).abs() <= 1e-5 * radius, "{matrix:?}: {found}, not {radius}");
        };
        near(&[], 0.0);
        near(&[-3.0], 3.0);
        near(&[0.0, -2.0, 2.0, 0.0], 2.0); // a rotation: ±2i
        near(&[0.5, 100.0, 0.0, 0.4], 0.5); // far from normal
        near(&[0.0, 1.0, 0.0, 0.0], 0.0); // its square is 0
        near(&[1e-200, 0.0, 0.0, 1e-300], 1e-200);
        near(&[4.0, 1.0, 2.0, 3.0], 5.0);
        assert!(spectral_radius(&[1.0, f64::NAN, 0.0, 1.0]).is_nan());
    }
}
