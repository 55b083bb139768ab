//! Reverse mode against central differences.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::forward::{as_params, variables};
use super::report::{CheckError, Derivative, Report, element_name};
use crate::tape::{Memory, Tape, Var};
use crate::tensor::{Array, Entry, Gradients, Params};

/// Which derivatives are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Every partial derivative: four evaluations for each number.
    Full,
    /// The derivative along random directions `v`: `∇L·v`. Four evaluations for each direction,
    /// however many numbers there are.
    Directional {
        /// How many directions.
        directions: usize,
        /// Their seed.
        seed: u64,
    },
}

/// How a gradient check is made.
///
/// The derivative along `v` is measured with the five-point stencil
///
/// ```text
/// L'(0) ≈ (8·(L(ε) − L(−ε)) − (L(2ε) − L(−2ε))) / 12ε        L(s) = loss at x + s·v
/// ```
///
/// whose own error, `ε⁴·L⁽⁵⁾/30`, is so small that `ε` may be large and rounding matters little. That
/// is why the tolerances can be far tighter than those of PyTorch's `gradcheck`, which uses two points
/// with `eps = 1e-6`, `atol = 1e-5`, `rtol = 1e-3`.
///
/// The loss must be smooth within `2ε` of the point: keep relu's inputs away from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradCheck {
    /// The step of the differences. Default 1e-4.
    pub eps: f64,
    /// Absolute tolerance. Default 1e-9.
    pub atol: f64,
    /// Relative tolerance. Default 1e-7.
    pub rtol: f64,
    /// Which derivatives are compared. Default: all.
    pub mode: Mode,
}

impl Default for GradCheck {
    fn default() -> Self {
        Self { eps: 1e-4, atol: 1e-9, rtol: 1e-7, mode: Mode::Full }
    }
}

/// Checks the gradient of `loss` by every element of every input, with the default [`GradCheck`].
///
/// # Errors
/// If a derivative is wrong, or the loss is not the same each time.
///
/// # Panics
/// If the loss is not a scalar.
#[track_caller]
pub fn gradcheck<F>(loss: F, inputs: &[Array<f64>]) -> Result<Report, CheckError>
where
    F: for<'t> Fn(&'t Tape<'t, f64>, &[Var<'t, f64>]) -> Var<'t, f64>,
{
    GradCheck::default().inputs(loss, inputs)
}

/// Checks the gradient of `loss` by every weight, with the default [`GradCheck`].
///
/// # Errors
/// As [`gradcheck`].
///
/// # Panics
/// If the loss is not a scalar.
#[track_caller]
pub fn gradcheck_params<F>(loss: F, params: &Params<f64>) -> Result<Report, CheckError>
where
    F: for<'t> Fn(&'t Tape<'t, f64>) -> Var<'t, f64>,
{
    GradCheck::default().params(loss, params)
}

impl GradCheck {
    /// As [`gradcheck`], with these settings.
    ///
    /// # Errors
    /// As [`gradcheck`].
    ///
    /// # Panics
    /// As [`params`](Self::params).
    #[track_caller]
    pub fn inputs<F>(&self, loss: F, inputs: &[Array<f64>]) -> Result<Report, CheckError>
    where
        F: for<'t> Fn(&'t Tape<'t, f64>, &[Var<'t, f64>]) -> Var<'t, f64>,
    {
        // Inputs are checked as weights named x0, x1, …
        let (params, _) = as_params(inputs, inputs);
        self.params(|tape| loss(tape, &variables(tape)), &params)
    }

    /// As [`gradcheck_params`], with these settings.
    ///
    /// # Errors
    /// As [`gradcheck`].
    ///
    /// # Panics
    /// If the loss is not a scalar, `eps` not positive, a tolerance negative, or there are no directions.
    #[track_caller]
    pub fn params<F>(&self, loss: F, params: &Params<f64>) -> Result<Report, CheckError>
    where
        F: for<'t> Fn(&'t Tape<'t, f64>) -> Var<'t, f64>,
    {
        let Self { eps, atol, rtol, mode } = *self;
        assert!(eps > 0.0 && eps.is_finite(), "gradcheck: eps is {eps}, not a step above 0");
        assert!(atol >= 0.0 && rtol >= 0.0, "gradcheck: the tolerances {atol} and {rtol} must be at least 0");
        assert!(!matches!(mode, Mode::Directional { directions: 0, .. }), "gradcheck: no direction to check");
        let (first, analytic) = gradients(&loss, params);
        let second = evaluate(&loss, params);
        if !first.is_finite() && params.count() > 0 {
            return Err(CheckError::NotFinite(first));
        }
        if first.to_bits() != second.to_bits() {
            return Err(CheckError::NotDeterministic(first, second));
        }
        let compare = |name: String, direction: &[(usize, f64)]| {
            let analytic = direction.iter().map(|&(i, v)| analytic.flat()[i] * v).sum::<f64>();
            let numeric = self.slope(&loss, params, direction);
            let allowed = self.atol + self.rtol * analytic.abs().max(numeric.abs());
            Derivative { name, analytic, numeric, allowed }
        };
        let report = match self.mode {
            Mode::Full => Report::of(params.iter().flat_map(|Entry { name, param, values }| {
                let compare = &compare;
                (0..values.len())
                    .map(move |i| compare(element_name(name, param.shape(), i), &[(param.offset + i, 1.0)]))
            })),
            Mode::Directional { directions, seed } => {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                let mut random = |i| (i, StandardNormal.sample(&mut rng));
                Report::of((0..directions).map(|d| {
                    let all = params.iter().flat_map(|e| e.param.offset..e.param.offset + e.values.len());
                    let direction: Vec<_> = all.map(&mut random).collect();
                    compare(format!("direction {d}"), &direction)
                }))
            }
        };
        report.verdict()
    }

    /// The derivative of the loss along a direction, by the five-point stencil.
    fn slope<F>(&self, loss: &F, params: &Params<f64>, direction: &[(usize, f64)]) -> f64
    where
        F: for<'t> Fn(&'t Tape<'t, f64>) -> Var<'t, f64>,
    {
        let mut moved = params.clone();
        let mut at = |steps: f64| {
            for &(i, v) in direction {
                moved.flat_mut()[i] = params.flat()[i] + steps * self.eps * v;
            }
            evaluate(loss, &moved)
        };
        (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * self.eps)
    }
}

fn evaluate<F>(loss: &F, params: &Params<f64>) -> f64
where
    F: for<'t> Fn(&'t Tape<'t, f64>) -> Var<'t, f64>,
{
    loss(&Tape::new(params, Memory::new())).item()
}

/// The loss, and its gradients by reverse mode.
#[track_caller]
pub(super) fn gradients<F>(loss: &F, params: &Params<f64>) -> (f64, Gradients<f64>)
where
    F: for<'t> Fn(&'t Tape<'t, f64>) -> Var<'t, f64>,
{
    let tape = Tape::new(params, Memory::new());
    let mut grads = params.zero_gradients();
    let loss = loss(&tape);
    tape.backward(loss, &mut grads);
    (loss.item(), grads)
}
