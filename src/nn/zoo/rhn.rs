//! Recurrent highway network: several layers within each step

use super::Gates;
use super::gates::split;
use crate::nn::{Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of recurrent highway units: from step to step the state goes through `L` highway layers, of which the first also reads the
/// input. So one step can compute what takes depth, and gates let the gradient past.
///
/// Zilly, Srivastava, Koutník & Schmidhuber, *Recurrent highway networks* (2016), <https://arxiv.org/abs/1607.03474>, equations 6–9,
/// with the carry gate `c = 1 − t`, as in its experiments. torchrecurrent `RHNCell` (of 0.2.5, which can't be imported without help).
///
/// ```text
/// s_0 = h_{t−1}
/// ĥ_l = tanh(x_t·W_h + s_{l−1}·U_h,l + b_h,l)    x_t only where l = 1
/// t_l = σ(x_t·W_t + s_{l−1}·U_t,l + b_t,l)       transform gate
/// s_l = t_l⊙ĥ_l + (1 − t_l)⊙s_{l−1}              l = 1 … L
/// h_t = s_L
/// ```
///
/// The paper's `R` are `U` here, and its `h_l` is `ĥ_l`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 2·H]`, `{name}.u` `[H, 2·H]` and `{name}.b` `[2·H]`, gates `h, t`, and of the layers
/// after the first `{name}.l.u` `[H, 2·H]` and `{name}.l.b` `[2·H]`, `l` from 2. `W` begins Glorot uniform, all `U` orthogonal, all `b_t` at −2:
/// carry, the other biases at 0. (The authors' code draws all matrices uniform in ±0.04, and begins `b_t` at −2 or −4.)
pub type Rhn = Recurrent<RhnSpec>;

/// Where `b_t` begins.
const CARRY: f64 = -2.0;

/// The sizes of an [`RhnCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct RhnSpec {
    units: usize,
    depth: usize,
}

impl Rhn {
    /// `H` units, `L` = 3.
    pub fn new(units: usize) -> Self {
        Self::of(RhnSpec { units, depth: 3 })
    }

    /// Another number of layers in a step, `L`.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn depth(mut self, depth: usize) -> Self {
        assert!(depth > 0, "rhn: a step of no layers");
        self.cell.depth = depth;
        self
    }
}

impl Spec for RhnSpec {
    type Cell = RhnCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> RhnCell {
        let h = self.units;
        let first = Gates::new(params, name, [inputs, h]).with_bias(params, 1, CARRY);
        let deeper = |l| {
            let u = params.add(format!("{name}.{l}.u"), [h, 2 * h], Init::Orthogonal { gain: 1.0 });
            let b = params.add(format!("{name}.{l}.b"), [2 * h], Init::Zeros);
            params[b][h..].fill(R::from_f64(CARRY));
            [u, b]
        };
        RhnCell { deeper: (2..=self.depth).map(deeper).collect(), first }
    }
}

/// One step of an [`Rhn`].
#[derive(Clone, Debug)]
pub struct RhnCell {
    /// `W`, `U`, `b` of `ĥ_1` and `t_1`.
    pub first: Gates<2>,
    /// `U` `[H, 2·H]` and `b` `[2·H]` of the other layers.
    pub deeper: Vec<[Param; 2]>,
}

/// The names of `t_l`, of as many layers as are usual.
const GATES: [&str; 5] = ["t_1", "t_2", "t_3", "t_4", "t_5"];

/// `s_l` from the pre-activations of its layer and `s_{l−1}`; `l` counted from 0.
#[track_caller]
fn highway<'t, R: Real>(l: usize, [a_h, a_t]: [Var<'t, R>; 2], s: Var<'t, R>) -> Var<'t, R> {
    let t = a_t.sigmoid();
    let t = GATES.get(l).map_or(t, |name| t.named(name));
    t * a_h.tanh() + (1.0 - t) * s
}

impl Cell for RhnCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.first.units()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// `h_{t−1}` itself is carried; the products of the first layer read `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let (tape, first) = (x_t.tape(), highway(0, self.first.of("rhn", x_t, read), h));
        (1..).zip(&self.deeper).fold(first, |s, (l, &[u, b])| {
            let a = s.matmul(tape.param(u)).add_bias(tape.param(b));
            highway(l, split(a), s)
        })
    }
}
