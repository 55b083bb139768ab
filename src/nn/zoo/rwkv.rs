//! RWKV: attention whose weights decay with distance, as a recurrence

use super::stabilised::{LN_0, stabilised};
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of RWKV-4's time mixing. Nothing reads `h_{t−1}`: the past comes in by a weighted mean of all values so far, and by the last input.
///
/// Peng et al., *RWKV: Reinventing RNNs for the transformer era* (2023), <https://arxiv.org/abs/2305.13048>, section 3, in the stable form of its
/// appendix on the RNN mode. rwkv `RWKV.att_one`, without its layer norm before and its sum with the input after.
///
/// ```text
/// r = (μ_r⊙x_t + (1 − μ_r)⊙x_{t−1})·W_r          receptance; the same with μ_k, μ_v:
/// k = (μ_k⊙x_t + (1 − μ_k)⊙x_{t−1})·W_k          key
/// v = (μ_v⊙x_t + (1 − μ_v)⊙x_{t−1})·W_v          value
/// q = max(p_{t−1}, u + k)
/// wkv = (e^{p_{t−1}−q}⊙a_{t−1} + e^{u+k−q}⊙v)/(e^{p_{t−1}−q}⊙b_{t−1} + e^{u+k−q})
/// h_t = (σ(r)⊙wkv)·W_o
/// p_t = max(p_{t−1} − w, k),  w = e^ω            logarithm of the scale of a and b
/// a_t = e^{p_{t−1}−w−p_t}⊙a_{t−1} + e^{k−p_t}⊙v  sum of the values, each weighted by e^{k − w·age}
/// b_t = e^{p_{t−1}−w−p_t}⊙b_{t−1} + e^{k−p_t}    sum of the weights
/// ```
///
/// The maxima cancel in `wkv`: neither `h_t` nor its gradient depends on them. (The gradient of `a_t`, `b_t` and `p_t` by themselves has a corner
/// where the two are equal.) `p_0` is −10³⁰ (the paper's −10³⁸), for the logarithm of nothing.
///
/// [`build`](Recurrent::build) adds `{name}.mu` `[3, I]` (of `r, k, v`), `{name}.w_r`, `{name}.w_k`, `{name}.w_v` `[I, H]`, `{name}.omega` and
/// `{name}.u` `[H]`, and `{name}.w_o` `[H, H]`. Matrices begin Glorot uniform (the authors' mostly at 0, beside which the rest of a block is needed), the
/// others as in the first block of the authors' code: `μ_k = μ_v = i/I`, `μ_r = √(i/I)`, `ω_j = −5 + 8·(j/(H−1))^0.7`, `u_j = ln 0.3 + ((j+1) mod 3 − 1)/2`.
pub type Rwkv = Recurrent<RwkvSpec>;

units_only!(Rwkv, RwkvSpec, RwkvCell, "`H` units.");

/// One step of an [`Rwkv`].
#[derive(Clone, Copy, Debug)]
pub struct RwkvCell {
    /// `μ` `[3, I]`: how much of `r`, `k`, `v` comes from this input, not from the last one.
    pub mu: Param,
    /// `W_r` `[I, H]`.
    pub w_r: Param,
    /// `W_k` `[I, H]`.
    pub w_k: Param,
    /// `W_v` `[I, H]`.
    pub w_v: Param,
    /// `ω` `[H]`: the logarithm of the decay `w`.
    pub omega: Param,
    /// `u` `[H]`: what a value counts more at its own step.
    pub u: Param,
    /// `W_o` `[H, H]`: from `σ(r)⊙wkv` to the output.
    pub w_o: Param,
}

impl RwkvCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        let mu = params.add(format!("{name}.mu"), [3, inputs], Init::Zeros);
        let [w_r, w_k, w_v] = ["w_r", "w_k", "w_v"]
            .map(|w| params.add(format!("{name}.{w}"), [inputs, units], Init::GlorotUniform));
        let omega = params.add(format!("{name}.omega"), [units], Init::Zeros);
        let u = params.add(format!("{name}.u"), [units], Init::Zeros);
        let w_o = params.add(format!("{name}.w_o"), [units, units], Init::GlorotUniform);
        for i in 0..inputs {
            let part = i as f64 / inputs as f64;
            params[mu][i] = R::from_f64(part.sqrt());
            params[mu][inputs + i] = R::from_f64(part);
            params[mu][2 * inputs + i] = R::from_f64(part);
        }
        for j in 0..units {
            let part = j as f64 / units.saturating_sub(1).max(1) as f64;
            params[omega][j] = R::from_f64(-5.0 + 8.0 * part.powf(0.7));
            params[u][j] = R::from_f64(0.3_f64.ln() + 0.5 * (((j + 1) % 3) as f64 - 1.0));
        }
        Self { mu, w_r, w_k, w_v, omega, u, w_o }
    }
}

impl Cell for RwkvCell {
    /// `h` `[B, H]`, the last input `[B, I]`, and `a`, `b`, `p`, each `[B, H]`.
    type State<'t, R: Real> = [Var<'t, R>; 5];

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> [Var<'t, R>; 5] {
        let (i, h) = (self.mu.shape().last(), self.u.shape().last());
        let zeros = |width| tape.zeros([batch, width]);
        [zeros(h), zeros(i), zeros(h), zeros(h), zeros(h) + LN_0]
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, [h, x, a, b, p]: [Var<'t, R>; 5]) -> [Var<'t, R>; 5] {
        let (tape, inputs, units) = (x_t.tape(), self.mu.shape().last(), self.u.shape().last());
        let states = [("a", a, units), ("b", b, units), ("p", p, units), ("the last input", x, inputs)];
        check("rwkv", x_t, inputs, &[("the state h", h, units)]);
        check("rwkv", x_t, inputs, &states);
        let mixed = |n, w| {
            let mu = tape.param(self.mu).slice(0, n, 1).expand(x_t.shape());
            (mu * x_t + (1.0 - mu) * x).matmul(tape.param(w))
        };
        let (r, k, v) = (mixed(0, self.w_r), mixed(1, self.w_k).named("k"), mixed(2, self.w_v).named("v"));
        let r = r.named("a_r").sigmoid().named("r");

        let [_, now, past] = stabilised(tape.param(self.u).expand(k.shape()) + k, p);
        let wkv = ((past * a + now * v) / (past * b + now)).named("wkv");
        let h = (r * wkv).matmul(tape.param(self.w_o));

        let w = tape.param(self.omega).exp().expand(k.shape());
        let [p, now, past] = stabilised(k, p - w);
        [h, x_t, (past * a + now * v).named("a"), (past * b + now).named("b"), p.named("p")]
    }
}
