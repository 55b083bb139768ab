//! sLSTM: an LSTM with an exponential input gate, which can still change its mind

use super::gates::split;
use super::stabilised::{LN_0, ln_sigmoid, stabilised};
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent, Spec};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of LSTM units with exponential gates and a normaliser; the "s" is for its scalar memories.
///
/// Beck, Pöppel, Spanring, Auer, Prudnikova, Kopp, Klambauer, Brandstetter & Hochreiter, *xLSTM: Extended long short-term memory*
/// (2024), <https://arxiv.org/abs/2405.04517>, section 2.2, with its stabilised gates. xlstm `sLSTMCell`.
///
/// ```text
/// ĩ, f̃ = x_t·W + h_{t−1}·U + b                   input and forget gate, before exp and σ
/// z = tanh(x_t·W_z + h_{t−1}·U_z + b_z)          new content
/// o = σ(x_t·W_o + h_{t−1}·U_o + b_o)             output gate
/// m_t = max(ln σ(f̃) + m_{t−1}, ĩ)                stabiliser: the larger gate becomes 1
/// i = exp(ĩ − m_t),  f = exp(ln σ(f̃) + m_{t−1} − m_t)
/// c_t = f⊙c_{t−1} + i⊙z                          both are e^{m_t} times smaller than without m
/// n_t = f⊙n_{t−1} + i                            normaliser: the sum of all weights in c_t
/// h_t = o⊙c_t/n_t
/// ```
///
/// With several [`heads`](Self::heads) `U` has a block for each, and units of different heads don't meet. The forget gate is σ, as in the authors' code;
/// the paper also allows exp. `m` only rescales `c` and `n`, so `h_t` doesn't depend on it, nor does the gradient of `h_t`; that of `c_t`, `n_t` and
/// `m_t` by themselves has a corner where the two are equal. `m_0` is −10³⁰, for the logarithm of nothing: the first step takes its input gate as 1, as the
/// authors' code does. The paper's `R` is `U` here.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 4·H]`, Glorot uniform, `{name}.u` `[H, 4·H/heads]`, orthogonal, and `{name}.b` `[4·H]`,
/// gates `i, f, z, o`; `b_f` begins at 1, the others at 0. (The authors' code begins with `U = 0`, and spreads `b_f` over the units, with more
/// spread in higher layers.)
pub type Slstm = Recurrent<SlstmSpec>;

/// The sizes of an [`SlstmCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct SlstmSpec {
    units: usize,
    heads: usize,
}

impl Slstm {
    /// `H` units in one head.
    pub fn new(units: usize) -> Self {
        Self::of(SlstmSpec { units, heads: 1 })
    }

    /// So many heads, of `H/heads` units each.
    ///
    /// # Panics
    /// Unless the units can be shared out to them.
    #[must_use]
    #[track_caller]
    pub fn heads(mut self, heads: usize) -> Self {
        let units = self.cell.units;
        assert!(heads > 0 && units.is_multiple_of(heads), "slstm: {heads} heads can't share {units} units");
        self.cell.heads = heads;
        self
    }
}

impl Spec for SlstmSpec {
    type Cell = SlstmCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> SlstmCell {
        let Self { units, heads } = self;
        let cell = SlstmCell {
            w: params.add(format!("{name}.w"), [inputs, 4 * units], Init::GlorotUniform),
            u: params.add(format!("{name}.u"), [units, 4 * units / heads], Init::Orthogonal { gain: 1.0 }),
            b: params.add(format!("{name}.b"), [4 * units], Init::Zeros),
        };
        params[cell.b][units..2 * units].fill(R::ONE);
        cell
    }
}

/// One step of an [`Slstm`].
#[derive(Clone, Copy, Debug)]
pub struct SlstmCell {
    /// `W` `[I, 4·H]`: from the input.
    pub w: Param,
    /// `U` `[H, 4·H/heads]`: from the last step, the blocks of the heads one below the other.
    pub u: Param,
    /// `b` `[4·H]`.
    pub b: Param,
}

impl SlstmCell {
    fn units(&self) -> usize {
        self.u.shape().rows()
    }

    /// `h_{t−1}·U` `[B, 4·H]`: of each head, what its units give to its own gates.
    #[track_caller]
    fn recurrent<'t, R: Real>(&self, h: Var<'t, R>) -> Var<'t, R> {
        let (tape, u) = (h.tape(), h.tape().param(self.u));
        let [batch, size] = [h.shape().rows(), u.shape().last() / 4];
        let heads = self.units() / size;
        if heads == 1 {
            return h.matmul(u);
        }
        let head =
            |k| h.slice(1, k * size, size).matmul(u.slice(0, k * size, size)).reshape([batch, 4, size]);
        tape.concat_of(2, heads, head).reshape([batch, 4 * self.units()])
    }
}

impl Cell for SlstmCell {
    /// `h`, `c`, `n`, `m`, each `[B, H]`.
    type State<'t, R: Real> = [Var<'t, R>; 4];

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> [Var<'t, R>; 4] {
        let zeros = || tape.zeros([batch, self.units()]);
        [zeros(), zeros(), zeros(), zeros() + LN_0]
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, [h, c, n, m]: [Var<'t, R>; 4]) -> [Var<'t, R>; 4] {
        let (tape, units) = (x_t.tape(), self.units());
        let states = [("the state h", h, units), ("c", c, units), ("n", n, units), ("m", m, units)];
        check("slstm", x_t, self.w.shape().rows(), &states);
        let a = (x_t.matmul(tape.param(self.w)) + self.recurrent(h)).add_bias(tape.param(self.b));
        let [a_i, a_f, a_z, a_o] = split(a);
        let ln_f = ln_sigmoid(a_f.named("a_f"));
        let [m, i, f] = stabilised(a_i.named("a_i"), ln_f + m);
        let (i, f) = (i.named("i"), f.named("f"));
        let c = (f * c + i * a_z.named("a_z").tanh().named("z")).named("c");
        let n = (f * n + i).named("n");
        [a_o.named("a_o").sigmoid().named("o") * c / n, c, n, m.named("m")]
    }
}
