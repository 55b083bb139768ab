//! CfC: a liquid time constant in closed form

use super::gates::split;
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of closed-form continuous-time units: what an [`Ltc`](super::Ltc) solves in small steps, approximated by one formula, in which a gate blends two
/// contents by the time that has passed. Here one step is one unit of time.
///
/// Hasani, Lechner, Amini, Liebenwein, Ray, Tschaikowski, Teschl & Rus, *Closed-form continuous-time neural networks* (2022),
/// <https://arxiv.org/abs/2106.13898>, with a backbone of one layer. ncps `CfCCell`, mode `default` (whose gate is `σ(t·f_a + f_b)`, two heads that are
/// one where `t` is 1).
///
/// ```text
/// z = 1.7159·tanh(0.666·(x_t·W + h_{t−1}·U + b)) [B, K], the backbone
/// f = z·V_f + b_f                                how fast
/// g = tanh(z·V_g + b_g),  k = tanh(z·V_k + b_k)  [B, H]
/// h_t = σ(−f·t)⊙g + (1 − σ(−f·t))⊙k,  t = 1
/// ```
///
/// The paper's state `x` is `h` here, its head `h` is `k`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, K]`, `{name}.u` `[H, K]`, `{name}.b` `[K]`, `{name}.v` `[K, 3·H]` and `{name}.b_v` `[3·H]`, heads
/// `f, g, k`: Glorot uniform, and zeros.
pub type Cfc = Recurrent<CfcSpec>;

/// The size and options of a [`CfcCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct CfcSpec {
    units: usize,
    backbone: usize,
}

impl Cfc {
    /// `H` units, and as many in the backbone.
    pub fn new(units: usize) -> Self {
        Self::of(CfcSpec { units, backbone: units })
    }

    /// `K` units in the backbone.
    #[must_use]
    pub fn backbone(mut self, units: usize) -> Self {
        self.cell.backbone = units;
        self
    }
}

impl Spec for CfcSpec {
    type Cell = CfcCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> CfcCell {
        let (i, h, k) = (inputs, self.units, self.backbone);
        CfcCell {
            w: params.add(format!("{name}.w"), [i, k], Init::GlorotUniform),
            u: params.add(format!("{name}.u"), [h, k], Init::GlorotUniform),
            b: params.add(format!("{name}.b"), [k], Init::Zeros),
            v: params.add(format!("{name}.v"), [k, 3 * h], Init::GlorotUniform),
            b_v: params.add(format!("{name}.b_v"), [3 * h], Init::Zeros),
        }
    }
}

/// One step of a [`Cfc`].
#[derive(Clone, Copy, Debug)]
pub struct CfcCell {
    /// `W` `[I, K]`
    pub w: Param,
    /// `U` `[H, K]`
    pub u: Param,
    /// `b` `[K]`
    pub b: Param,
    /// `V` `[K, 3·H]`: of `f`, `g`, `k`.
    pub v: Param,
    /// `[3·H]`: the biases of `f`, `g`, `k`.
    pub b_v: Param,
}

impl Cell for CfcCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.u.shape().rows()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        let tape = h.tape();
        check("cfc", x_t, self.w.shape().rows(), &[("the state h", h, self.u.shape().rows())]);
        let [w, u, b, v, b_v] = [self.w, self.u, self.b, self.v, self.b_v].map(|param| tape.param(param));
        let a = (x_t.matmul(w) + h.matmul(u)).add_bias(b).named("a");
        let z = (1.7159 * (0.666 * a).tanh()).named("z");
        let [f, g, k] = split(z.matmul(v).add_bias(b_v));
        let (g, k) = (g.named("a_g").tanh().named("g"), k.named("a_k").tanh().named("k"));
        let gate = (-f.named("f")).sigmoid().named("σ");
        gate * g + (1.0 - gate) * k
    }
}
