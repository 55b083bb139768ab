//! mLSTM: an LSTM whose memory is a matrix, written by key and value, and read by a query

use super::gates::split;
use super::stabilised::{LN_0, ln_sigmoid, stabilised};
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer with a matrix memory under exponential gates, one head. Nothing reads `h_{t−1}`: all that depends on the past is `C` and `n`, linearly.
///
/// Beck, Pöppel, Spanring, Auer, Prudnikova, Kopp, Klambauer, Brandstetter & Hochreiter, *xLSTM: Extended long short-term memory*
/// (2024), <https://arxiv.org/abs/2405.04517>, section 2.3, with its stabilised gates. xlstm `mLSTMCell`.
///
/// ```text
/// q, v = x_t·W_q + b_q, x_t·W_v + b_v            query and value [B, H]
/// k = x_t·W_k/√H + b_k                           key [B, H]
/// o = σ(x_t·W_o + b_o)                           output gate [B, H]
/// ĩ, f̃ = x_t·W_g + b_g                           input and forget gate, before exp and σ, [B, 1] each
/// m_t = max(ln σ(f̃) + m_{t−1}, ĩ)                stabiliser: the larger gate becomes 1
/// i = exp(ĩ − m_t),  f = exp(ln σ(f̃) + m_{t−1} − m_t)
/// C_t = f·C_{t−1} + i·v·kᵀ                       memory [B, H·H]
/// n_t = f·n_{t−1} + i·k                          normaliser [B, H]
/// h_t = o⊙(C_t·q)/max(|n_tᵀ·q|, exp(−m_t))
/// ```
///
/// The bound of the divisor is 1 for the `C` and `n` without stabiliser, which are `e^{m_t}` times larger: so `h_t` doesn't depend on `m`. (The
/// authors' code adds 1e-6 to the divisor, divides all of `k` by `√H`, and lets `q`, `k` and `v` decide about the gates, which come to it after a
/// convolution.) `m_0` is −10³⁰, for the logarithm of nothing. The forget gate is σ, as in the authors' code; the paper also allows exp.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 4·H]` and `{name}.b` `[4·H]` of `q, k, v, o`, Glorot uniform and zeros, and `{name}.w_g` `[I, 2]` and
/// `{name}.b_g` `[2]` of the gates `i, f`: 0 but for `b_f`, which begins at 3, as in the authors' code (whose `b_i` is near 0).
pub type Mlstm = Recurrent<MlstmSpec>;

units_only!(Mlstm, MlstmSpec, MlstmCell, "`H` units, and a memory of `H·H` numbers.");

/// One step of an [`Mlstm`].
#[derive(Clone, Copy, Debug)]
pub struct MlstmCell {
    /// `W` `[I, 4·H]`: of query, key, value and output gate.
    pub w: Param,
    /// Their `b` `[4·H]`.
    pub b: Param,
    /// `W_g` `[I, 2]`: of input and forget gate.
    pub w_g: Param,
    /// `b_g` `[2]`.
    pub b_g: Param,
}

impl MlstmCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        let cell = Self {
            w: params.add(format!("{name}.w"), [inputs, 4 * units], Init::GlorotUniform),
            b: params.add(format!("{name}.b"), [4 * units], Init::Zeros),
            w_g: params.add(format!("{name}.w_g"), [inputs, 2], Init::Zeros),
            b_g: params.add(format!("{name}.b_g"), [2], Init::Zeros),
        };
        params[cell.b_g][1] = R::from_f64(3.0);
        cell
    }

    fn units(&self) -> usize {
        self.b.shape().last() / 4
    }
}

impl Cell for MlstmCell {
    /// `h` `[B, H]`, `C` `[B, H·H]`, `n` `[B, H]`, `m` `[B, 1]`.
    type State<'t, R: Real> = [Var<'t, R>; 4];

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> [Var<'t, R>; 4] {
        let (h, zeros) = (self.units(), |width| tape.zeros([batch, width]));
        [zeros(h), zeros(h * h), zeros(h), zeros(1) + LN_0]
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, [h, c, n, m]: [Var<'t, R>; 4]) -> [Var<'t, R>; 4] {
        let (tape, units) = (x_t.tape(), self.units());
        let states = [("the state h", h, units), ("C", c, units * units), ("n", n, units), ("m", m, 1)];
        check("mlstm", x_t, self.w.shape().rows(), &states);
        let [q, k, v, o] = split(x_t.matmul(tape.param(self.w)));
        let [b_q, b_k, b_v, b_o] = split(tape.param(self.b));
        let q = q.add_bias(b_q).named("q");
        let k = (k / (units as f64).sqrt()).add_bias(b_k).named("k");
        let v = v.add_bias(b_v).named("v");
        let o = o.add_bias(b_o).named("a_o").sigmoid().named("o");

        let [a_i, a_f] = split(x_t.matmul(tape.param(self.w_g)).add_bias(tape.param(self.b_g)));
        let ln_f = ln_sigmoid(a_f.named("a_f"));
        let [m, i, f] = stabilised(a_i.named("a_i"), ln_f + m);
        let (i, f) = (i.named("i"), f.named("f"));

        let c = c.outer_update(f, i.expand(v.shape()) * v, k);
        let n = f.expand(n.shape()) * n + i.expand(k.shape()) * k;
        let divisor = n.matvec(q).abs().maximum((-m).exp()); // nᵀ·q: n as a matrix of one row
        let h = o * c.matvec(q) / divisor.expand(o.shape());
        [h, c.named("C"), n.named("n"), m.named("m")]
    }
}
