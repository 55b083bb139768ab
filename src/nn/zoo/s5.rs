//! S5: one linear differential equation for all units, with a diagonal matrix

use super::complex::Complex;
use super::hippo;
use super::linear::System;
use crate::nn::{Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of one state space with many inputs and outputs.
///
/// Smith, Warrington & Linderman, *Simplified state space layers for sequence modeling* (2023), <https://arxiv.org/abs/2208.04933>,
/// section 3. s5-pytorch `S5`.
///
/// ```text
/// Λ̄ = exp(Δ⊙Λ),  B̄ = B̃⊙(Λ̄ − 1)/Λ               zero-order hold
/// x_t = Λ̄⊙x_{t−1} + u_t·B̄                        P complex numbers
/// y_t = Re(x_t·C̃) + u_t·D
/// ```
///
/// Linear, and so the whole sequence is a scan ([`Var::scan_complex`]). The paper's `D` is a vector, as its input is as wide as its output; here it
/// is a matrix. The paper keeps half of the `P` numbers, as the others are their conjugates; here, and in s5-pytorch, all are free.
///
/// [`build`](Recurrent::build) adds `{name}.lambda_re`, `{name}.lambda_im` and `{name}.ln_delta`, `[P]` each, `{name}.b_re`, `{name}.b_im` `[I, P]`,
/// `{name}.c_re`, `{name}.c_im` `[P, H]` and `{name}.d` `[I, H]`. `Λ` begins with the eigenvalues of the HiPPO matrix's normal part, `B̃ = V⁻¹·B` and
/// `C̃ = C·V` with its eigenvectors `V`; `B`, `C` and `D` are normal with variance `1/I`, `1/P` and `1/I`, and `Δ` is between 0.001 and 0.1, uniform
/// in its logarithm. (The authors' code can make `Λ` of `J` smaller such matrices side by side, `J` = 8 unless told otherwise, and its `D` is normal
/// with variance 1.)
pub type S5 = Recurrent<S5Spec>;

/// The sizes of an [`S5Cell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct S5Spec {
    units: usize,
    state: usize,
}

impl S5 {
    /// `H` units, and a state of `P = H` complex numbers, but at most 64.
    pub fn new(units: usize) -> Self {
        Self::of(S5Spec { units, state: units.min(64) })
    }

    /// A state of `P` complex numbers. (Its initial values take a time of `P³`.)
    #[must_use]
    pub fn state(mut self, p: usize) -> Self {
        self.cell.state = p;
        self
    }
}

impl Spec for S5Spec {
    type Cell = S5Cell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> S5Cell {
        let (Self { units: h, state: p }, of) = (self, |part: &str| format!("{name}.{part}"));
        let normal = |fan: usize| Init::Normal { mean: 0.0, std: (1.0 / fan as f64).sqrt() };
        let delta = Init::Uniform { low: 0.001_f64.ln(), high: 0.1_f64.ln() };
        let cell = S5Cell {
            lambda: ["lambda_re", "lambda_im"].map(|part| params.add(of(part), [p], Init::Constant(-0.5))),
            ln_delta: params.add(of("ln_delta"), [p], delta),
            b: ["b_re", "b_im"].map(|part| params.add(of(part), [inputs, p], normal(inputs))),
            c: ["c_re", "c_im"].map(|part| params.add(of(part), [p, h], normal(p))),
            d: params.add(of("d"), [inputs, h], normal(inputs)),
        };
        let (frequencies, vectors) = hippo::normal_part(p);
        for (lambda, frequency) in params[cell.lambda[1]].iter_mut().zip(frequencies) {
            *lambda = R::from_f64(frequency);
        }
        let (b, c) = (params[cell.b[0]].to_vec(), params[cell.c[0]].to_vec());
        // B̃ = B·V* and C̃ = Vᵀ·C, as matrices lie here.
        for (part, sign) in [(0, 1.0), (1, -1.0)] {
            let v = |row: usize, column: usize| R::from_f64(vectors[column][part][row]);
            let sum = |terms: &dyn Fn(usize) -> R| (0..p).map(terms).fold(R::ZERO, |sum, term| sum + term);
            for (n, b_tilde) in params[cell.b[part]].iter_mut().enumerate() {
                *b_tilde = R::from_f64(sign) * sum(&|k| b[n / p * p + k] * v(k, n % p));
            }
            for (n, c_tilde) in params[cell.c[part]].iter_mut().enumerate() {
                *c_tilde = sum(&|k| v(k, n / h) * c[k * h + n % h]);
            }
        }
        cell
    }
}

/// One step of an [`S5`].
#[derive(Clone, Copy, Debug)]
pub struct S5Cell {
    /// `Λ` `[P]`, real and imaginary part.
    pub lambda: [Param; 2],
    /// `ln Δ` `[P]`.
    pub ln_delta: Param,
    /// `B̃` `[I, P]`, real and imaginary part.
    pub b: [Param; 2],
    /// `C̃` `[P, H]`, real and imaginary part.
    pub c: [Param; 2],
    /// `D` `[I, H]`.
    pub d: Param,
}

impl System for S5Cell {
    const NAME: &'static str = "s5";

    fn sizes(&self) -> [usize; 3] {
        [self.d.shape().rows(), self.ln_delta.shape().last(), self.d.shape().last()]
    }

    fn exponent<'t, R: Real>(&self, tape: &'t Tape<'t, R>) -> Complex<'t, R> {
        Complex::param(tape, self.lambda).scale(tape.param(self.ln_delta).exp())
    }

    #[track_caller]
    fn driven<'t, R: Real>(&self, u: Var<'t, R>, exponent: Complex<'t, R>) -> Complex<'t, R> {
        let hold = exponent.exp_m1() / Complex::param(u.tape(), self.lambda);
        let driven = Complex::param(u.tape(), self.b).map(|b| u.matmul(b));
        hold.expand(driven.re.shape()) * driven
    }

    #[track_caller]
    fn output<'t, R: Real>(&self, x: Complex<'t, R>, u: Var<'t, R>) -> Var<'t, R> {
        x.real_matmul(Complex::param(u.tape(), self.c)) + u.matmul(u.tape().param(self.d))
    }
}
