//! LRU: a linear recurrence on the complex plane, kept stable by how it is parametrised

use super::complex::Complex;
use super::linear::System;
use crate::nn::{Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of linear recurrent units.
///
/// Orvieto, Smith, Gu, Fernando, Gulcehre, Pascanu & De, *Resurrecting recurrent neural networks for long sequences* (2023),
/// <https://arxiv.org/abs/2303.06349>, sections 3.2–3.4. LRU-pytorch `LRU`.
///
/// ```text
/// λ = exp(−exp(ν) + i·exp(θ))        |λ| < 1, whatever ν
/// x_t = λ⊙x_{t−1} + γ⊙(u_t·B)        N complex numbers
/// y_t = Re(x_t·C) + u_t·D
/// ```
///
/// Linear, and so the whole sequence is a scan ([`Var::scan_complex`]). The paper puts a layer that isn't linear behind each:
/// [`time_distributed`](crate::nn::time_distributed) over a [`Dense`](crate::nn::Dense). Its `D` is a vector, as its input is as wide as its output;
/// here it is a matrix, as in LRU-pytorch.
///
/// [`build`](Recurrent::build) adds `{name}.nu`, `{name}.theta` and `{name}.ln_gamma`, `[N]` each, `{name}.b_re`, `{name}.b_im` `[I, N]`,
/// `{name}.c_re`, `{name}.c_im` `[N, H]` and `{name}.d` `[I, H]`. `λ` begins uniform on the ring between `r_min` and `r_max` ([`ring`](Lru::ring)),
/// `γ` at `√(1 − |λ|²)`, which keeps the size of inputs; the parts of `B` are normal with variance `1/(2I)` each, those of `C` with `1/N`, and `D`
/// with `1/I`.
pub type Lru = Recurrent<LruSpec>;

/// The sizes and options of an [`LruCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct LruSpec {
    units: usize,
    state: usize,
    radii: [f64; 2],
    max_phase: f64,
}

impl Lru {
    /// `H` units, and a state of `N = H` complex numbers.
    pub fn new(units: usize) -> Self {
        let (radii, max_phase) = ([0.0, 1.0], std::f64::consts::TAU);
        Self::of(LruSpec { units, state: units, radii, max_phase })
    }

    /// A state of `N` complex numbers.
    #[must_use]
    pub fn state(mut self, n: usize) -> Self {
        self.cell.state = n;
        self
    }

    /// Where `λ` begins: `|λ|` between these radii, and its angle between 0 and `max_phase`. For long memories the paper takes radii near 1, and
    /// small angles.
    ///
    /// # Panics
    /// If not `0 ≤ r_min < r_max ≤ 1` and `max_phase > 0`.
    #[must_use]
    #[track_caller]
    pub fn ring(mut self, r_min: f64, r_max: f64, max_phase: f64) -> Self {
        let is_ring = 0.0 <= r_min && r_min < r_max && r_max <= 1.0 && max_phase > 0.0;
        assert!(is_ring, "lru: no ring between {r_min} and {r_max}, angles up to {max_phase}");
        (self.cell.radii, self.cell.max_phase) = ([r_min, r_max], max_phase);
        self
    }
}

impl Spec for LruSpec {
    type Cell = LruCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> LruCell {
        let Self { units: h, state: n, radii: [r_min, r_max], max_phase } = self;
        let squares = Init::Uniform { low: r_min * r_min, high: r_max * r_max };
        let normal = |variance: f64| Init::Normal { mean: 0.0, std: variance.sqrt() };
        let (i, of) = (inputs as f64, |part: &str| format!("{name}.{part}"));
        let cell = LruCell {
            nu: params.add(of("nu"), [n], squares),
            theta: params.add(of("theta"), [n], Init::Uniform { low: 0.0, high: max_phase }),
            ln_gamma: params.add(of("ln_gamma"), [n], Init::Zeros),
            b: ["b_re", "b_im"].map(|part| params.add(of(part), [inputs, n], normal(0.5 / i))),
            c: ["c_re", "c_im"].map(|part| params.add(of(part), [n, h], normal(1.0 / n as f64))),
            d: params.add(of("d"), [inputs, h], normal(1.0 / i)),
        };
        // What was drawn is |λ|² and the angle.
        for j in 0..n {
            let square = params[cell.nu][j].to_f64();
            params[cell.ln_gamma][j] = R::from_f64(0.5 * (1.0 - square).ln());
            params[cell.nu][j] = R::from_f64((-0.5 * square.ln()).ln());
            params[cell.theta][j] = params[cell.theta][j].ln();
        }
        cell
    }
}

/// One step of an [`Lru`].
#[derive(Clone, Copy, Debug)]
pub struct LruCell {
    /// `ν` `[N]`.
    pub nu: Param,
    /// `θ` `[N]`.
    pub theta: Param,
    /// `ln γ` `[N]`.
    pub ln_gamma: Param,
    /// `B` `[I, N]`, real and imaginary part.
    pub b: [Param; 2],
    /// `C` `[N, H]`, real and imaginary part.
    pub c: [Param; 2],
    /// `D` `[I, H]`.
    pub d: Param,
}

impl System for LruCell {
    const NAME: &'static str = "lru";

    fn sizes(&self) -> [usize; 3] {
        [self.d.shape().rows(), self.nu.shape().last(), self.d.shape().last()]
    }

    fn exponent<'t, R: Real>(&self, tape: &'t Tape<'t, R>) -> Complex<'t, R> {
        Complex { re: -tape.param(self.nu).exp(), im: tape.param(self.theta).exp() }
    }

    #[track_caller]
    fn driven<'t, R: Real>(&self, u: Var<'t, R>, _: Complex<'t, R>) -> Complex<'t, R> {
        let gamma = u.tape().param(self.ln_gamma).exp();
        Complex::param(u.tape(), self.b).map(|b| {
            let driven = u.matmul(b);
            gamma.expand(driven.shape()) * driven
        })
    }

    #[track_caller]
    fn output<'t, R: Real>(&self, x: Complex<'t, R>, u: Var<'t, R>) -> Var<'t, R> {
        x.real_matmul(Complex::param(u.tape(), self.c)) + u.matmul(u.tape().param(self.d))
    }
}
