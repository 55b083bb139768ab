//! DeltaNet: a matrix memory that corrects what it holds instead of adding to it

use super::gates::split;
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of fast weights under the delta rule, one head. Nothing reads `h_{t−1}`: all that depends on the past is `S`, linearly.
///
/// Schlag, Irie & Schmidhuber, *Linear transformers are secretly fast weight programmers* (2021), <https://arxiv.org/abs/2102.11174>,
/// section 4.2. flash-linear-attention `delta_rule_recurrence` (which divides `q` by `√H` besides).
///
/// ```text
/// k, v, q = x_t·W_k, x_t·W_v, x_t·W_q            key, value, query [B, H]
/// β = σ(x_t·w_β)                                 how much to correct [B, 1]
/// k̂ = φ(k)/Σⱼ φ(k)ⱼ,  q̂ = φ(q)/Σⱼ φ(q)ⱼ          φ(x) = elu(x) + 1, which is positive
/// v̄ = S_{t−1}·k̂                                  what is stored under this key so far
/// S_t = S_{t−1} + β·(v − v̄)·k̂ᵀ                   [B, H·H]
/// h_t = S_t·q̂
/// ```
///
/// This is the paper's rule with the `φ` of Katharopoulos et al. 2020, one of those that it compares; its own (DPFP) makes keys longer.
/// (Yang et al. 2024, <https://arxiv.org/abs/2406.06484>, train the same rule in parallel, with keys of norm 1.) The paper's memory `W` is `S` here,
/// and its output `y` is `h`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 3·H]` of `k, v, q` and `{name}.w_beta` `[I, 1]`, Glorot uniform; there are no biases.
pub type DeltaNet = Recurrent<DeltaNetSpec>;

units_only!(DeltaNet, DeltaNetSpec, DeltaNetCell, "`H` units, and a memory of `H·H` numbers.");

/// One step of a [`DeltaNet`].
#[derive(Clone, Copy, Debug)]
pub struct DeltaNetCell {
    /// `W` `[I, 3·H]`: of key, value and query.
    pub w: Param,
    /// `w_β` `[I, 1]`.
    pub w_beta: Param,
}

impl DeltaNetCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        Self {
            w: params.add(format!("{name}.w"), [inputs, 3 * units], Init::GlorotUniform),
            w_beta: params.add(format!("{name}.w_beta"), [inputs, 1], Init::GlorotUniform),
        }
    }
}

/// `φ(x)/Σⱼ φ(x)ⱼ` with `φ(x) = elu(x) + 1`.
#[track_caller]
fn normalised<R: Real>(x: Var<'_, R>) -> Var<'_, R> {
    let phi = x.elu(1.0) + 1.0;
    phi / phi.sum_axis(1).reshape([x.shape().rows(), 1]).expand(x.shape())
}

impl Cell for DeltaNetCell {
    /// `h` `[B, H]` and `S` `[B, H·H]`.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        let units = self.w.shape().last() / 3;
        (tape.zeros([batch, units]), tape.zeros([batch, units * units]))
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, (h, s): Self::State<'t, R>) -> Self::State<'t, R> {
        let (tape, units) = (x_t.tape(), self.w.shape().last() / 3);
        let states = [("the state h", h, units), ("S", s, units * units)];
        check("delta_net", x_t, self.w.shape().rows(), &states);
        let [k, v, q] = split(x_t.matmul(tape.param(self.w)));
        let (k, v, q) = (normalised(k).named("k̂"), v.named("v"), normalised(q).named("q̂"));
        let beta = x_t.matmul(tape.param(self.w_beta)).named("a_β").sigmoid().named("β");
        let stored = s.matvec(k).named("v̄");
        let s = s.add_outer(beta.expand(v.shape()) * (v - stored), k).named("S");
        (s.matvec(q), s)
    }
}
