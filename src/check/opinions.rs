//! Reverse mode against forward mode, and second derivatives.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::forward::hessian_vector_params;
use super::gradcheck::gradients;
use super::report::{CheckError, Derivative, Report, element_name};
use crate::real::{Dual, Real};
use crate::tape::{Memory, Tape, Var};
use crate::tensor::{Gradients, Params};

/// A loss of weights, for any kind of numbers.
pub trait Loss {
    /// The loss, a scalar on this tape.
    fn on<'t, R: Real>(&self, tape: &'t Tape<'t, R>) -> Var<'t, R>;
}

/// Weights by which one evaluation differentiates.
const WIDTH: usize = 8;

/// How far two exact ways may be apart: this, and this share of the larger of both.
const EXACT: f64 = 1e-12;

/// Checks the gradient by every weight against forward mode, which rounds, but has no other error: they may be `1e-12·(1 + |∂L/∂w|)`
/// apart. (At a kink, such as relu at 0 or equal maxima, both are right, and may differ.)
///
/// # Errors
/// If a derivative is wrong, or the loss is not a finite number.
///
/// # Panics
/// If the loss is not a scalar.
#[track_caller]
pub fn check_forward(loss: &impl Loss, params: &Params<f64>) -> Result<Report, CheckError> {
    let (at_point, reverse) = gradients(&|tape| loss.on(tape), params);
    if !at_point.is_finite() {
        return Err(CheckError::NotFinite(at_point));
    }
    let names = params.iter().flat_map(|entry| {
        let name = move |i| (element_name(entry.name, entry.param.shape(), i), entry.param.offset + i);
        (0..entry.values.len()).map(name)
    });
    let names: Vec<(String, usize)> = names.collect();
    let derivatives = names.chunks(WIDTH).flat_map(|names| {
        let dual = params.map(|i, x| {
            let dx = std::array::from_fn(|d| f64::from(names.get(d).is_some_and(|&(_, place)| place == i)));
            Dual::<WIDTH> { x, dx }
        });
        let slopes = loss.on(&Tape::without_gradients(&dual, Memory::new())).item().dx;
        let compare =
            |((name, i), numeric): (&(String, usize), f64)| exact(name.clone(), reverse.flat()[*i], numeric);
        names.iter().zip(slopes).map(compare).collect::<Vec<_>>()
    });
    Report::of(derivatives).verdict()
}

/// Checks second derivatives along random directions `v` and `w`, three ways: `wᵀ·(H·v)` by
/// [`hessian_vector_params`], `vᵀ·(H·w)`, which is the same because second derivatives commute, and differences of gradients,
/// `wᵀ·(g(x + ε·v) − g(x − ε·v))/2ε` (with five points).
///
/// The backward pass of every operation is differentiated here: one that adds the right gradient by a formula that does not
/// hold nearby is found out.
///
/// # Errors
/// If they disagree: the first two by more than `1e-12`, the last by more than [`GradCheck`](super::GradCheck) allows. Or if the loss is not a
/// finite number.
///
/// # Panics
/// If the loss is not a scalar, or there are no directions.
#[track_caller]
pub fn check_second_order(
    loss: &impl Loss,
    params: &Params<f64>,
    directions: usize,
    seed: u64,
) -> Result<Report, CheckError> {
    assert!(directions > 0, "check_second_order: no direction to check");
    let at_point = loss.on(&Tape::without_gradients(params, Memory::new())).item();
    if !at_point.is_finite() {
        return Err(CheckError::NotFinite(at_point));
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut direction = || {
        let mut v = params.zero_gradients();
        params.iter().for_each(|entry| v[entry.param].fill_with(|| StandardNormal.sample(&mut rng)));
        v
    };
    let derivatives = (0..directions).flat_map(|d| {
        let [v, w] = [direction(), direction()];
        let [_, hv] = hessian_vector_params(|tape| loss.on(tape), params, &v);
        let [_, hw] = hessian_vector_params(|tape| loss.on(tape), params, &w);
        let analytic = dot(&w, &hv);
        let numeric = dot(&w, &slope(loss, params, &v));
        let super::GradCheck { atol, rtol, .. } = super::GradCheck::default();
        let allowed = atol + rtol * analytic.abs().max(numeric.abs());
        // Sums of products that cancel each other are as exact as the largest of them.
        let size = w.flat().iter().zip(hv.flat()).map(|(w, h)| (w * h).abs()).sum::<f64>();
        let symmetric = Derivative {
            allowed: EXACT * (1.0 + size),
            ..exact(format!("vᵀ·H·w, direction {d}"), analytic, dot(&v, &hw))
        };
        [symmetric, Derivative { name: format!("wᵀ·H·v, direction {d}"), analytic, numeric, allowed }]
    });
    Report::of(derivatives).verdict()
}

/// The derivative of the gradient along a direction, by the five-point stencil.
#[track_caller]
fn slope(loss: &impl Loss, params: &Params<f64>, direction: &Gradients<f64>) -> Gradients<f64> {
    let eps = super::GradCheck::default().eps;
    let at = |steps: f64| {
        gradients(&|tape| loss.on(tape), &params.map(|i, x| x + steps * eps * direction.flat()[i])).1
    };
    let mut sum = params.zero_gradients();
    for (steps, weight) in [(1.0, 8.0), (-1.0, -8.0), (2.0, -1.0), (-2.0, 1.0)] {
        let g = at(steps);
        sum.flat_mut().iter_mut().zip(g.flat()).for_each(|(sum, g)| *sum += weight * g / (12.0 * eps));
    }
    sum
}

fn dot(a: &Gradients<f64>, b: &Gradients<f64>) -> f64 {
    a.flat().iter().zip(b.flat()).map(|(a, b)| a * b).sum()
}

fn exact(name: String, analytic: f64, numeric: f64) -> Derivative {
    Derivative { name, analytic, numeric, allowed: EXACT * (1.0 + analytic.abs().max(numeric.abs())) }
}
