//! Forward mode: derivatives along a direction, computed beside the values.

use crate::real::{Dual, Real};
use crate::tape::{Memory, Tape, Var};
use crate::tensor::{Array, Gradients, Init, Params};

/// The value of a function of all weights `w`, of any shape, and its derivative along a direction `v`: `f(w)` and
/// `∂f/∂w·v`, the product of Jacobian and vector.
///
/// One evaluation, with dual numbers `w + v·ε` instead of `w`: three times as many operations as without (and number by number, not in vectors).
/// Nothing is kept for a backward pass. For the whole gradient of a loss it takes one evaluation for every weight, where reverse mode takes one
/// altogether.
///
/// # Panics
/// If the direction is not of the layout of the weights.
#[track_caller]
pub fn jvp_params<F>(f: F, params: &Params<f64>, direction: &Gradients<f64>) -> [Array<f64>; 2]
where
    F: for<'t> Fn(&'t Tape<'t, Dual>) -> Var<'t, Dual>,
{
    let params = along(params, direction);
    let tape = Tape::without_gradients(&params, Memory::new());
    let y = f(&tape).to_array();
    parts(&y)
}

/// As [`jvp_params`], for a function of inputs.
///
/// ```
/// use tapeloop::{Array, check::jvp};
///
/// let [x, v] = [vec![3.0, 4.0], vec![1.0, 0.0]].map(|data| Array::new([2], data));
/// let [y, dy] = jvp(|_, x| x[0].square().sum(), &[x], &[v]);
/// assert_eq!((y.data()[0], dy.data()[0]), (25.0, 6.0)); // ∂(x₀² + x₁²)/∂x₀ = 2·x₀
/// ```
///
/// # Panics
/// If there is not one direction of its shape for each input.
#[track_caller]
pub fn jvp<F>(f: F, inputs: &[Array<f64>], directions: &[Array<f64>]) -> [Array<f64>; 2]
where
    F: for<'t> Fn(&'t Tape<'t, Dual>, &[Var<'t, Dual>]) -> Var<'t, Dual>,
{
    let (params, direction) = as_params(inputs, directions);
    jvp_params(|tape| f(tape, &variables(tape)), &params, &direction)
}

/// The gradient `g = ∂L/∂w` of a loss, and its derivative along a direction: `∂g/∂w·v = H·v`, with the Hessian
/// `H = ∂²L/∂w²`, which is never formed.
///
/// Forward over reverse: reverse mode with dual numbers. The tape doesn't know; its backward pass, too, is made of additions and
/// multiplications. Three times as many operations as a gradient (Pearlmutter 1994).
///
/// # Panics
/// If the loss is not a scalar, or the direction is not of the layout of the weights.
#[track_caller]
pub fn hessian_vector_params<F>(
    loss: F,
    params: &Params<f64>,
    direction: &Gradients<f64>,
) -> [Gradients<f64>; 2]
where
    F: for<'t> Fn(&'t Tape<'t, Dual>) -> Var<'t, Dual>,
{
    let dual = along(params, direction);
    let tape = Tape::new(&dual, Memory::new());
    let mut grads = dual.zero_gradients();
    tape.backward(loss(&tape), &mut grads);
    let part = |of: fn(&Dual) -> f64| {
        let mut part = params.zero_gradients();
        part.flat_mut().iter_mut().zip(grads.flat()).for_each(|(to, g)| *to = of(g));
        part
    };
    [part(|g| g.x), part(|g| g.dx[0])]
}

/// As [`hessian_vector_params`], for a loss of inputs: gradients, and `H·v`, of each input.
///
/// ```
/// use tapeloop::{Array, check::hessian_vector};
///
/// let [x, v] = [vec![3.0, 4.0], vec![1.0, 0.0]].map(|data| Array::new([2], data));
/// let [g, hv] = hessian_vector(|_, x| (x[0] * x[0].square()).sum(), &[x], &[v]); // x₀³ + x₁³
/// assert_eq!((g[0].data(), hv[0].data()), (&[27.0, 48.0][..], &[18.0, 0.0][..])); // 3·x², and 6·x₀
/// ```
///
/// # Panics
/// If the loss is not a scalar, or there is not one direction of its shape for each input.
#[track_caller]
pub fn hessian_vector<F>(loss: F, inputs: &[Array<f64>], directions: &[Array<f64>]) -> [Vec<Array<f64>>; 2]
where
    F: for<'t> Fn(&'t Tape<'t, Dual>, &[Var<'t, Dual>]) -> Var<'t, Dual>,
{
    let (params, direction) = as_params(inputs, directions);
    hessian_vector_params(|tape| loss(tape, &variables(tape)), &params, &direction).map(|grads| {
        let arrays = params.iter().map(|entry| entry.param);
        arrays.map(|param| Array::new(param.shape(), grads[param].to_vec())).collect()
    })
}

/// `w + v·ε`
#[track_caller]
fn along(params: &Params<f64>, direction: &Gradients<f64>) -> Params<Dual> {
    assert!(params.fits(direction), "the direction is one of other parameters");
    params.map(|i, x| Dual { x, dx: [direction.flat()[i]] })
}

/// Values, and derivatives.
fn parts(y: &Array<Dual>) -> [Array<f64>; 2] {
    let part = |of: fn(&Dual) -> f64| Array::new(y.shape(), y.data().iter().map(of).collect());
    [part(|y| y.x), part(|y| y.dx[0])]
}

/// Inputs as weights named x0, x1, …, and a direction for each.
#[track_caller]
pub(super) fn as_params(inputs: &[Array<f64>], directions: &[Array<f64>]) -> (Params<f64>, Gradients<f64>) {
    let mut params = Params::new(0);
    for (i, input) in inputs.iter().enumerate() {
        let param = params.add(format!("x{i}"), input.shape(), Init::Zeros);
        params[param].copy_from_slice(input.data());
    }
    let mut direction = params.zero_gradients();
    let shapes = |arrays: &[Array<f64>]| arrays.iter().map(Array::shape).collect::<Vec<_>>();
    let (given, wanted) = (shapes(directions), shapes(inputs));
    assert!(given == wanted, "directions of shapes {given:?} for inputs of shapes {wanted:?}");
    for (entry, v) in params.iter().zip(directions) {
        direction[entry.param].copy_from_slice(v.data());
    }
    (params, direction)
}

/// All weights of the tape, in their order.
pub(super) fn variables<'t, R: Real>(tape: &'t Tape<'t, R>) -> Vec<Var<'t, R>> {
    tape.params().iter().map(|entry| tape.param(entry.param)).collect()
}
