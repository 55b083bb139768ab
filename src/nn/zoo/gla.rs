//! GLA: a matrix memory with a forget gate for each column

use super::stabilised::ln_sigmoid;
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of gated linear attention, one head. Nothing reads `h_{t−1}`: all that depends on the past is `S`, linearly.
///
/// Yang, Wang, Shen, Panda & Kim, *Gated linear attention transformers with hardware-efficient training* (2023),
/// <https://arxiv.org/abs/2312.06635>, section 4: the recurrence. What the paper puts behind it (a norm, another gate, and a product) is left to
/// other layers. flash-linear-attention `naive_recurrent_gla` (which divides `q` by `√K` besides).
///
/// ```text
/// q, k, v = x_t·W_q, x_t·W_k, x_t·W_v            query, key [B, K], value [B, H];  K = ⌈H/2⌉
/// α = σ(x_t·A₁·A₂ + b)^{1/τ}                     forget gate [B, K], τ = 16
/// S_t = S_{t−1}·diag(α) + v·kᵀ                   [B, H·K]
/// h_t = S_t·q
/// ```
///
/// (The paper writes rows: its `S` is ours transposed.)
///
/// [`build`](Recurrent::build) adds `{name}.w_q`, `{name}.w_k` `[I, K]`, `{name}.w_v` `[I, H]`, and for `α` `{name}.a_1` `[I, 16]`, `{name}.a_2`
/// `[16, K]` and `{name}.b` `[K]`: Glorot uniform, and `b` 0.
pub type Gla = Recurrent<GlaSpec>;

/// How wide the way to `α` is.
const RANK: usize = 16;

/// `τ`: the root that brings `α` near 1.
const TAU: f64 = 16.0;

units_only!(Gla, GlaSpec, GlaCell, "`H` units, and a memory of `H·⌈H/2⌉` numbers.");

/// One step of a [`Gla`].
#[derive(Clone, Copy, Debug)]
pub struct GlaCell {
    /// `W_q` `[I, K]`.
    pub w_q: Param,
    /// `W_k` `[I, K]`.
    pub w_k: Param,
    /// `W_v` `[I, H]`.
    pub w_v: Param,
    /// `A₁` `[I, 16]`.
    pub a_1: Param,
    /// `A₂` `[16, K]`.
    pub a_2: Param,
    /// `b` `[K]`.
    pub b: Param,
}

impl GlaCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        let keys = units.div_ceil(2);
        let mut add = |part, shape| params.add(format!("{name}.{part}"), shape, Init::GlorotUniform);
        Self {
            w_q: add("w_q", [inputs, keys]),
            w_k: add("w_k", [inputs, keys]),
            w_v: add("w_v", [inputs, units]),
            a_1: add("a_1", [inputs, RANK]),
            a_2: add("a_2", [RANK, keys]),
            b: params.add(format!("{name}.b"), [keys], Init::Zeros),
        }
    }
}

impl Cell for GlaCell {
    /// `h` `[B, H]` and `S` `[B, H·K]`.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        let (units, keys) = (self.w_v.shape().last(), self.b.shape().last());
        (tape.zeros([batch, units]), tape.zeros([batch, units * keys]))
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, (h, s): Self::State<'t, R>) -> Self::State<'t, R> {
        let (tape, units, keys) = (x_t.tape(), self.w_v.shape().last(), self.b.shape().last());
        let states = [("the state h", h, units), ("S", s, units * keys)];
        check("gla", x_t, self.w_q.shape().rows(), &states);
        let [q, k, v] = [self.w_q, self.w_k, self.w_v].map(|w| x_t.matmul(tape.param(w)));
        let (q, k, v) = (q.named("q"), k.named("k"), v.named("v"));
        let a = x_t.matmul(tape.param(self.a_1)).matmul(tape.param(self.a_2)).add_bias(tape.param(self.b));
        let a = a.named("a_α");
        let alpha = (ln_sigmoid(a) / TAU).exp().named("α"); // σ(a)^{1/τ} = exp(ln σ(a)/τ)
        let s = s.outer_update(alpha, v, k).named("S");
        (s.matvec(q), s)
    }
}
