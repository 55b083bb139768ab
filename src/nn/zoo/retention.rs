//! Retention: a matrix memory that decays at a fixed rate, with keys turned by their position

use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Constant, Init, Param, Params};

/// A layer of retention. Nothing reads `h_{t−1}`: all that depends on the past is `S`, linearly.
///
/// Sun, Dong, Huang, Ma, Xia, Xue, Wang & Wei, *Retentive network: a successor to transformer for large language models* (2023),
/// <https://arxiv.org/abs/2307.08621>, section 2.1: the recurrent form. What the paper puts behind it (a norm, a gate, and a product) is left to other
/// layers. flash-linear-attention `naive_retention`, which is given keys and queries already turned.
///
/// ```text
/// q, v = x_t·W_q, x_t·W_v                        query and value [B, H]
/// k = x_t·W_k/√D                                 key [B, H], D = H/heads
/// n_t = n_{t−1} + 1                              position [B, 1]
/// q̂, k̂ = q, k turned by n_t·θ                    pairs j, j + D/2 of a head by the angle n_t·θ_j,  θ_j = 10000^{−2j/D}
/// S_t = γ·S_{t−1} + v·k̂ᵀ                         of each head, [B, heads·D·D]
/// h_t = S_t·q̂
/// ```
///
/// The `γ` of head `i = 0, 1, …` is `1 − 2^{−5−i}`: each remembers for twice as long as the one before. Of `q̂ᵀ·k̂` only the distance of the two positions is left. (The
/// paper writes rows: its `S` is ours transposed. With an odd `D` the last number isn't turned.) The `θ` are
/// those of rotary embeddings; the authors' code spaces the exponents from 0 to −1 with both ends, `θ_j = 10000^{−j/(D/2 − 1)}`, and turns pairs `2j, 2j + 1`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 3·H]` of `q, k, v`, Glorot uniform; there are no biases.
pub type Retention = Recurrent<RetentionSpec>;

/// The sizes of a [`RetentionCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct RetentionSpec {
    units: usize,
    heads: usize,
}

impl Retention {
    /// `H` units in one head.
    pub fn new(units: usize) -> Self {
        Self::of(RetentionSpec { units, heads: 1 })
    }

    /// So many heads, of `D = H/heads` units each.
    ///
    /// # Panics
    /// Unless the units can be shared out to them.
    #[must_use]
    #[track_caller]
    pub fn heads(mut self, heads: usize) -> Self {
        let units = self.cell.units;
        assert!(
            heads > 0 && units.is_multiple_of(heads),
            "retention: {heads} heads can't share {units} units"
        );
        self.cell.heads = heads;
        self
    }
}

impl Spec for RetentionSpec {
    type Cell = RetentionCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> RetentionCell {
        let w = params.add(format!("{name}.w"), [inputs, 3 * self.units], Init::GlorotUniform);
        let (heads, size) = (self.heads, self.units / self.heads);
        let theta = (0..size / 2).map(|j| 10000_f64.powf(-2.0 * j as f64 / size as f64)).collect();
        let gamma = (0..heads).map(|head| 1.0 - 0.5_f64.powi(5 + head as i32)).collect();
        let theta = Constant::new([1, size / 2], theta);
        RetentionCell { w, theta, gamma: Constant::new([heads, 1], gamma) }
    }
}

/// One step of a [`Retention`].
#[derive(Clone, Debug)]
pub struct RetentionCell {
    /// `W` `[I, 3·H]`: of query, key and value.
    pub w: Param,
    /// `θ` `[1, D/2]`.
    theta: Constant,
    /// `γ` `[heads, 1]`.
    gamma: Constant,
}

impl RetentionCell {
    fn units(&self) -> usize {
        self.w.shape().last() / 3
    }

    fn heads(&self) -> usize {
        self.gamma.array().shape().rows()
    }
}

/// `x` `[N, D]` with pairs `j, j + D/2` turned by the angles `[N, D/2]`.
#[track_caller]
fn turned<'t, R: Real>(x: Var<'t, R>, angles: Var<'t, R>) -> Var<'t, R> {
    let (size, half) = (x.shape().last(), angles.shape().last());
    let (a, b, rest) = (x.slice(1, 0, half), x.slice(1, half, half), x.slice(1, 2 * half, size - 2 * half));
    let (sin, cos) = (angles.sin(), angles.cos());
    x.tape().concat(1, &[a * cos - b * sin, a * sin + b * cos, rest])
}

impl Cell for RetentionCell {
    /// `h` `[B, H]`, `S` `[B, heads·D·D]`, `n` `[B, 1]`.
    type State<'t, R: Real> = [Var<'t, R>; 3];

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> [Var<'t, R>; 3] {
        let units = self.units();
        [units, units * units / self.heads(), 1].map(|width| tape.zeros([batch, width]))
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, [h, s, n]: [Var<'t, R>; 3]) -> [Var<'t, R>; 3] {
        let (tape, units, heads) = (x_t.tape(), self.units(), self.heads());
        let [batch, size, memory] = [x_t.shape().rows(), units / heads, units * units / heads];
        let states = [("the state h", h, units), ("S", s, memory), ("n", n, 1)];
        check("retention", x_t, self.w.shape().rows(), &states);
        let (theta, gamma) = (tape.constant(&self.theta), tape.constant(&self.gamma));
        let a = x_t.matmul(tape.param(self.w));
        // Heads are rows from here on: [B·heads, D].
        let part = |part: usize| a.slice(1, part * units, units).reshape([batch * heads, size]);
        let (q, k, v) = (part(0), part(1) / (size as f64).sqrt(), part(2));
        let (n, half) = (n + 1.0, size / 2);
        let angles = n.matmul(theta).reshape([batch, 1, half]).expand([batch, heads, half]);
        let angles = angles.reshape([batch * heads, half]);
        let (q, k) = (turned(q, angles), turned(k, angles));
        let gamma = gamma.expand([batch, heads, 1]).reshape([batch * heads, 1]);
        let s = s.reshape([batch * heads, size * size]).outer_update(gamma, v, k);
        [s.matvec(q).reshape([batch, units]), s.reshape([batch, memory]).named("S"), n.named("n")]
    }
}
