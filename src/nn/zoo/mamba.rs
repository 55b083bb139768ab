//! S6, Mamba's recurrence: a state space that chooses what it takes in

use super::linear::{self, repeat, repeat_all, sum_every};
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent, Spec, Way};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of selective state spaces, one for each unit.
///
/// Gu & Dao, *Mamba: linear-time sequence modeling with selective state spaces* (2023), <https://arxiv.org/abs/2312.00752>, algorithm 2, with the
/// small projection of its section 3.6. This is the recurrence, mamba-ssm's `selective_scan`; not the block around it, with a convolution before it and a gate behind.
///
/// ```text
/// v_t = x_t·W                                    one number for each unit
/// Δ = softplus(v_t·P·Q + b)                      [H]: for how long the unit looks
/// B = v_t·W_B,  C = v_t·W_C                      [N]: where to, where from; the same for all units
/// A = −exp(α),  Ā = exp(Δ·A)                     [H, N]
/// s_t = Ā⊙s_{t−1} + (Ā − 1)/A·B·v_t              zero-order hold
/// y_t = Σ_n C_n·s_{t,n} + D·v_t
/// ```
///
/// With `Δ` near 0 a unit keeps its state and ignores its input; with a large one it forgets. The sequence is a scan ([`Var::scan`]). The paper has
/// the zero-order hold, the published code `Δ·B·v_t` in the place of `(Ā − 1)/A·B·v_t`, its limit for small `Δ`: that is [`euler`](Mamba::euler). The
/// block's projection before it is `W` here. The paper's `x` is `v` here, and its `h` is `s`. lrnnx's `selective_scan_ref` with
/// `discretization="zoh"` has the zero-order hold; mambapy's `selective_scan`, like mamba-ssm's, has `Δ·B·v_t`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, H]`, `{name}.p` `[H, R]`, `{name}.q` `[R, H]`, with `R` a sixteenth of `H`, rounded up,
/// `{name}.w_b` and `{name}.w_c` `[H, N]`, all Glorot uniform but `q`, which is uniform in `±1/√R`; and `{name}.b` `[H]`, `{name}.alpha` `[H·N]`,
/// unit by unit, and `{name}.d` `[H]`. `A_n` begins at `−n`, `n` = 1, 2, …, `N`; `D` at 1, and `b` such that `softplus(b)` is between 0.001 and 0.1,
/// uniform in its logarithm.
pub type Mamba = Recurrent<MambaSpec>;

/// The sizes and the option of a [`MambaCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct MambaSpec {
    units: usize,
    state: usize,
    euler: bool,
}

impl Mamba {
    /// `H` units, with `N = 16` numbers each.
    pub fn new(units: usize) -> Self {
        Self::of(MambaSpec { units, state: 16, euler: false })
    }

    /// `N` numbers for each unit.
    #[must_use]
    pub fn state(mut self, n: usize) -> Self {
        self.cell.state = n;
        self
    }

    /// `s_t = Ā⊙s_{t−1} + Δ·B·v_t`, as published code has it.
    #[must_use]
    pub fn euler(mut self, yes: bool) -> Self {
        self.cell.euler = yes;
        self
    }
}

impl Spec for MambaSpec {
    type Cell = MambaCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> MambaCell {
        let (Self { units: h, state: n, euler }, of) = (self, |part: &str| format!("{name}.{part}"));
        let (r, uniform) = (h.div_ceil(16), |low, high| Init::Uniform { low, high });
        let bound = 1.0 / (r.max(1) as f64).sqrt();
        let cell = MambaCell {
            w: params.add(of("w"), [inputs, h], Init::GlorotUniform),
            p: params.add(of("p"), [h, r], Init::GlorotUniform),
            q: params.add(of("q"), [r, h], uniform(-bound, bound)),
            w_b: params.add(of("w_b"), [h, n], Init::GlorotUniform),
            w_c: params.add(of("w_c"), [h, n], Init::GlorotUniform),
            b: params.add(of("b"), [h], uniform(0.001_f64.ln(), 0.1_f64.ln())),
            alpha: params.add(of("alpha"), [h * n], Init::Zeros),
            d: params.add(of("d"), [h], Init::Constant(1.0)),
            euler,
        };
        for b in &mut params[cell.b] {
            *b = b.exp().exp_m1().ln(); // softplus of that is what was drawn
        }
        for (j, alpha) in params[cell.alpha].iter_mut().enumerate() {
            *alpha = R::from_usize(j % n + 1).ln();
        }
        cell
    }
}

/// One step of a [`Mamba`].
#[derive(Clone, Copy, Debug)]
pub struct MambaCell {
    /// `W` `[I, H]`.
    pub w: Param,
    /// `P` `[H, R]`.
    pub p: Param,
    /// `Q` `[R, H]`.
    pub q: Param,
    /// `W_B` `[H, N]`.
    pub w_b: Param,
    /// `W_C` `[H, N]`.
    pub w_c: Param,
    /// `b` `[H]`.
    pub b: Param,
    /// `α` `[H·N]`: `ln(−A)`.
    pub alpha: Param,
    /// `D` `[H]`.
    pub d: Param,
    euler: bool,
}

impl MambaCell {
    /// `I`, `N` and `H`.
    fn sizes(&self) -> [usize; 3] {
        [self.w.shape().rows(), self.w_b.shape().last(), self.d.shape().last()]
    }

    /// `Ā`, what is added, `C` and `D·v`, of one step or of all.
    #[track_caller]
    fn terms<'t, R: Real>(&self, x: Var<'t, R>) -> [Var<'t, R>; 4] {
        let (weight, [_, n, h]) = (|w| x.tape().param(w), self.sizes());
        let v = x.matmul(weight(self.w)).named("v");
        let delta = v.matmul(weight(self.p)).matmul(weight(self.q)).add_bias(weight(self.b)).softplus();
        let b = repeat_all(v.matmul(weight(self.w_b)).named("B"), h);
        let c = repeat_all(v.matmul(weight(self.w_c)).named("C"), h);
        let (delta, a) = (repeat(delta.named("Δ"), n), (-weight(self.alpha).exp()).expand(b.shape()));
        let exponent = delta * a;
        let width = if self.euler { delta } else { exponent.exp_m1() / a };
        let kept = exponent.exp().named("Ā");
        [kept, width * b * repeat(v, n), c, weight(self.d).expand(v.shape()) * v]
    }

    /// `Σ_n C_n·s_n + D·v`
    #[track_caller]
    fn read<'t, R: Real>(&self, s: Var<'t, R>, c: Var<'t, R>, around: Var<'t, R>) -> Var<'t, R> {
        sum_every(c * s, self.sizes()[1]) + around
    }
}

impl Cell for MambaCell {
    /// `y` `[B, H]` and `s` `[B, H·N]`.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        let [_, n, h] = self.sizes();
        (tape.zeros([batch, h]), tape.zeros([batch, h * n]))
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, (_, s): Self::State<'t, R>) -> Self::State<'t, R> {
        let [inputs, n, h] = self.sizes();
        check("mamba", x_t, inputs, &[("the state s", s, h * n)]);
        let [kept, taken, c, around] = self.terms(x_t);
        let s = (kept * s + taken).named("s");
        (self.read(s, c, around), s)
    }

    #[track_caller]
    fn at_once<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        (y_0, s_0): Self::State<'t, R>,
        way: Way<'t, R>,
    ) -> Option<(Var<'t, R>, Self::State<'t, R>)> {
        let [kept, taken, c, around] = self.terms(x);
        let s = linear::scan(kept, taken, s_0, way);
        let y = linear::hold(self.read(s, c, around), y_0, way);
        Some((y, (linear::last(y, y_0, way), linear::last(s, s_0, way))))
    }
}
