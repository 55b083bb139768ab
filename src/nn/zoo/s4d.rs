//! S4D: a linear differential equation for each unit, with a diagonal matrix

use super::complex::Complex;
use super::linear::{System, repeat, sum_every};
use crate::nn::{Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of diagonal state spaces, one for each unit.
///
/// Gu, Gupta, Goel & Ré, *On the parameterization and initialization of diagonal state space models* (2022), <https://arxiv.org/abs/2206.11893>,
/// with S4D-Lin and the zero-order hold. ESPnet `S4` in mode `diag`, but for what comes behind the state.
///
/// ```text
/// v_t = x_t·W                                    one number for each unit
/// A = −exp(α) + i·ω,  Ā = exp(Δ·A)               N complex numbers for each
/// s_t = Ā⊙s_{t−1} + (Ā − 1)/A·v_t                s' = A·s + v, if v is constant for a time of Δ
/// y_t = 2·Re(Σ_n C_n·s_{t,n}) + D·v_t
/// ```
///
/// As in the paper's code `B` is 1: `C` would only be multiplied with it. The `N` numbers stand for themselves and their conjugates, hence the 2: the paper's `N` is
/// twice this. Its layer has as many inputs as outputs and no `W`. The sequence is a scan ([`Var::scan_complex`]), where the paper has a convolution.
/// The paper's `u` is `v` here, and its `x` is `s`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, H]`, Glorot uniform, `{name}.alpha`, `{name}.omega`, `{name}.c_re` and `{name}.c_im`, `[H·N]`
/// each, unit by unit, `{name}.ln_delta` `[H]` and `{name}.d` `[H]`. `A_n` begins at `−½ + i·π·n`; `Δ` between 0.001 and 0.1, uniform in its
/// logarithm; both parts of `C` normal with variance ½, `D` with 1.
pub type S4d = Recurrent<S4dSpec>;

/// The sizes of an [`S4dCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct S4dSpec {
    units: usize,
    state: usize,
}

impl S4d {
    /// `H` units, with `N = 8` complex numbers each. (The paper's experiments have 32.)
    pub fn new(units: usize) -> Self {
        Self::of(S4dSpec { units, state: 8 })
    }

    /// `N` complex numbers for each unit.
    #[must_use]
    pub fn state(mut self, n: usize) -> Self {
        self.cell.state = n;
        self
    }
}

impl Spec for S4dSpec {
    type Cell = S4dCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> S4dCell {
        let (Self { units: h, state: n }, of) = (self, |part: &str| format!("{name}.{part}"));
        let normal = |variance: f64| Init::Normal { mean: 0.0, std: variance.sqrt() };
        let delta = Init::Uniform { low: 0.001_f64.ln(), high: 0.1_f64.ln() };
        let cell = S4dCell {
            w: params.add(of("w"), [inputs, h], Init::GlorotUniform),
            alpha: params.add(of("alpha"), [h * n], Init::Constant(0.5_f64.ln())),
            omega: params.add(of("omega"), [h * n], Init::Zeros),
            ln_delta: params.add(of("ln_delta"), [h], delta),
            c: ["c_re", "c_im"].map(|part| params.add(of(part), [h * n], normal(0.5))),
            d: params.add(of("d"), [h], normal(1.0)),
        };
        for (j, omega) in params[cell.omega].iter_mut().enumerate() {
            *omega = R::from_f64(std::f64::consts::PI * (j % n) as f64);
        }
        cell
    }
}

/// One step of an [`S4d`].
#[derive(Clone, Copy, Debug)]
pub struct S4dCell {
    /// `W` `[I, H]`.
    pub w: Param,
    /// `α` `[H·N]`: `ln(−Re A)`.
    pub alpha: Param,
    /// `ω` `[H·N]`: `Im A`.
    pub omega: Param,
    /// `ln Δ` `[H]`.
    pub ln_delta: Param,
    /// `C` `[H·N]`, real and imaginary part.
    pub c: [Param; 2],
    /// `D` `[H]`.
    pub d: Param,
}

impl S4dCell {
    fn modes(&self) -> usize {
        self.alpha.shape().last() / self.d.shape().last()
    }

    fn a<'t, R: Real>(&self, tape: &'t Tape<'t, R>) -> Complex<'t, R> {
        Complex { re: -tape.param(self.alpha).exp(), im: tape.param(self.omega) }
    }
}

impl System for S4dCell {
    const NAME: &'static str = "s4d";

    fn sizes(&self) -> [usize; 3] {
        [self.w.shape().rows(), self.alpha.shape().last(), self.d.shape().last()]
    }

    fn exponent<'t, R: Real>(&self, tape: &'t Tape<'t, R>) -> Complex<'t, R> {
        self.a(tape).scale(repeat(tape.param(self.ln_delta).exp(), self.modes()))
    }

    #[track_caller]
    fn drive<'t, R: Real>(&self, x: Var<'t, R>) -> Var<'t, R> {
        x.matmul(x.tape().param(self.w))
    }

    #[track_caller]
    fn driven<'t, R: Real>(&self, v: Var<'t, R>, exponent: Complex<'t, R>) -> Complex<'t, R> {
        let v = repeat(v, self.modes());
        let b = exponent.exp_m1() / self.a(v.tape());
        b.expand(v.shape()).scale(v)
    }

    #[track_caller]
    fn output<'t, R: Real>(&self, s: Complex<'t, R>, v: Var<'t, R>) -> Var<'t, R> {
        let tape = v.tape();
        let c = Complex::param(tape, self.c).expand(s.re.shape());
        let read = sum_every(s.real_product(c), self.modes());
        read * 2.0 + tape.param(self.d).expand(v.shape()) * v
    }
}
