//! Unbiased online recurrent optimization.

use std::mem;

use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};

use super::full::total;
use super::jacobian::flatten;
use super::task::{self, StateValues, Task};
use crate::nn::{Cell, State};
use crate::real::Dual;
use crate::tape::{Memory, Tape};
use crate::tensor::{Array, Gradients, Params};

/// Keeps quotients of norms finite.
const SMALL: f64 = 1e-7;

/// [`rtrl`](super::rtrl) with a random matrix of rank one, `s̃·w̃ᵀ`, in the place of `P_t`, whose mean is `P_t`. Adds to the gradients
/// an estimate of `∂L/∂w` that is right in the mean over seeds. Returns the loss.
///
/// ```text
/// ∂L/∂w += ∂l_t/∂w + (∂l_t/∂s_{t−1}·s̃)·w̃
/// ν     random signs                                        E[ν·νᵀ] = 1: what makes the mean right
/// s̃     ← ρ₀·∂s_t/∂s_{t−1}·s̃ + ρ₁·ν                        forward mode: dual numbers
/// w̃     ← w̃/ρ₀ + νᵀ·∂s_t/∂w /ρ₁                            reverse mode
/// ρ₀ = √(‖w̃‖/‖∂s_t/∂s_{t−1}·s̃‖)    ρ₁ = √(‖νᵀ·∂s_t/∂w‖/‖ν‖)        both parts of equal size: least variance
/// ```
///
/// Of a net in `f32`, its weights in `f64` will do: `params.map(|_, w| f64::from(w))`.
///
/// Tallec & Ollivier, *Unbiased online recurrent optimization* (2017).
///
/// # Panics
/// If the gradients are of other parameters.
#[track_caller]
pub fn uoro<K: Task>(task: &K, params: &Params<f64>, seed: u64, grads: &mut Gradients<f64>) -> f64 {
    assert!(params.fits(grads), "uoro: gradients of other parameters");
    let (mut rng, mut memory) = (ChaCha8Rng::seed_from_u64(seed), Memory::new());
    let [_, steps] = task.sizes();
    let mut state = task::initial_state(task, params);
    let mut s: StateValues<f64> = state.iter().map(|variable| Array::zeros(variable.shape())).collect();
    let mut w = vec![0.0; params.flat().len()];
    let dual = params.map(|_, x| Dual { x, dx: [0.0] });
    let (mut losses, mut by_weights) = (Vec::new(), params.zero_gradients());
    for t in 0..steps {
        let tape = Tape::new(params, mem::take(&mut memory));
        let before = task::on_tape(task, &tape, &state);
        let after = task.cell().step(task.input(&tape, t), before);

        if let Some(loss) = task.loss(t, after.output()) {
            losses.push(loss.item());
            by_weights.zero();
            tape.backward(loss, &mut by_weights);
            let by_state = flatten(&task::gradient::<K, f64>(before));
            let along_s: f64 = by_state.iter().zip(flatten(&s)).map(|(g, s)| g * s).sum();
            let terms = by_weights.flat().iter().zip(&w);
            grads.flat_mut().iter_mut().zip(terms).for_each(|(sum, (g, w))| *sum += g + along_s * w);
        }

        let signs: StateValues<f64> = state.iter().map(|v| random_signs(v, &mut rng)).collect();
        by_weights.zero();
        tape.backward_from(&task::seeds::<K, f64>(after, &signs), &mut by_weights);
        let moved = moved_along(task, &dual, t, &state, &s);
        let [rho_0, rho_1] = [[&w[..], &flatten(&moved)], [by_weights.flat(), &flatten(&signs)]]
            .map(|[above, below]| ((norm(above) + SMALL) / (norm(below) + SMALL)).sqrt());
        w.iter_mut().zip(by_weights.flat()).for_each(|(w, g)| *w = *w / rho_0 + g / rho_1);
        let mix = |(moved, signs): (Array<f64>, Array<f64>)| {
            let numbers = moved.data().iter().zip(signs.data()).map(|(s, sign)| rho_0 * s + rho_1 * sign);
            Array::new(moved.shape(), numbers.collect())
        };
        s = moved.into_iter().zip(signs).map(mix).collect();
        state = task::values::<K, f64>(after);
        memory = tape.into_memory();
    }
    total(losses.into_iter())
}

/// `∂s_t/∂s_{t−1}·s̃`: the step with dual numbers.
fn moved_along<K: Task>(
    task: &K,
    params: &Params<Dual>,
    t: usize,
    state: &[Array<f64>],
    direction: &[Array<f64>],
) -> StateValues<f64> {
    let tape = Tape::without_gradients(params, Memory::new());
    let dual = |(x, dx): (&Array<f64>, &Array<f64>)| {
        let numbers = x.data().iter().zip(dx.data()).map(|(&x, &dx)| Dual { x, dx: [dx] });
        Array::new(x.shape(), numbers.collect())
    };
    let before: Vec<Array<Dual>> = state.iter().zip(direction).map(dual).collect();
    let before = task::on_tape(task, &tape, &before);
    let after = task::values::<K, Dual>(task.cell().step(task.input(&tape, t), before));
    after.iter().map(|y| Array::new(y.shape(), y.data().iter().map(|y| y.dx[0]).collect())).collect()
}

fn random_signs(like: &Array<f64>, rng: &mut impl Rng) -> Array<f64> {
    let sign = |_: &f64| if rng.random::<bool>() { 1.0 } else { -1.0 };
    Array::new(like.shape(), like.data().iter().map(sign).collect())
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}
