//! LSTM with layer normalisation

use super::Gates;
use super::gates::split;
use crate::nn::cells::check;
use crate::nn::{Cell, LayerNorm, LayerNormLayer, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;

/// A layer of LSTM in which the products with `W` and with `U`, and the memory on its way out, are normalised: every row of each
/// is brought to mean 0 and variance 1, then scaled. So gates stay in their range, however large weights and inputs are.
///
/// Ba, Kiros & Hinton, *Layer normalization* (2016), <https://arxiv.org/abs/1607.06450>, as its supplement has it. Each product is
/// normalised over the `4·H` numbers of all gates together, as in the paper. Haste `LayerNormLSTM`.
///
/// ```text
/// [a_i, a_f, a_g, a_o] = LN(x_t·W; γ_x) + LN(h_{t−1}·U; γ_h) + b
/// i, f, o = σ(a_i), σ(a_f), σ(a_o)
/// g = tanh(a_g)
/// c_t = f⊙c_{t−1} + i⊙g                          carried on as it is
/// h_t = o⊙tanh(LN(c_t; γ_c, β_c))
/// LN(a; γ, β) = (a − μ)/√(σ² + ε)·γ + β          over a row; ε = 1e-5
/// ```
///
/// The first two LN of the paper have a `β` as well, which would be added to `b`: here `b` is all three of them. Its `W_x` and `W_h` are our `W` and
/// `U`, its `α` are our `γ`. (TensorFlow Addons' `LayerNormLSTMCell` carries on the normalised `c` instead.)
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 4·H]`, `{name}.u` `[H, 4·H]` and `{name}.b` `[4·H]`, gates `i, f, g, o`, then
/// `{name}.x.gamma` `[4·H]`, `{name}.h.gamma` `[4·H]`, `{name}.c.gamma` `[H]`, of ones, and `{name}.c.beta` `[H]`, of zeros. `W` begins
/// Glorot uniform, `U` orthogonal, `b_f` at 1, the other biases at 0.
pub type LayerNormLstm = Recurrent<LayerNormLstmSpec>;

units_only!(LayerNormLstm, LayerNormLstmSpec, LayerNormLstmCell, "`H` units.");

/// One step of a [`LayerNormLstm`].
#[derive(Clone, Copy, Debug)]
pub struct LayerNormLstmCell {
    /// `W`, `U`, `b` of `i`, `f`, `g` and `o`.
    pub gates: Gates<4>,
    /// LN of `x_t·W`.
    pub norm_x: LayerNormLayer,
    /// LN of `h_{t−1}·U`.
    pub norm_h: LayerNormLayer,
    /// LN of `c_t`.
    pub norm_c: LayerNormLayer,
}

impl LayerNormLstmCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        let gates = Gates::new(params, name, [inputs, units]).with_bias(params, 1, 1.0);
        let norm = LayerNorm::new().epsilon(1e-5);
        Self {
            gates,
            norm_x: norm.center(false).build(params, &format!("{name}.x"), [4 * units]),
            norm_h: norm.center(false).build(params, &format!("{name}.h"), [4 * units]),
            norm_c: norm.build(params, &format!("{name}.c"), [units]),
        }
    }
}

impl Cell for LayerNormLstmCell {
    /// `h` and `c`, `[B, H]` each.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        let zeros = || tape.zeros([batch, self.gates.units()]);
        (zeros(), zeros())
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, (h, c): Self::State<'t, R>) -> Self::State<'t, R> {
        let (tape, Gates { w, u, b }, units) = (x_t.tape(), self.gates, self.gates.units());
        let states = [("the state h", h, units), ("the state c", c, units)];
        check("layer_norm_lstm", x_t, w.shape().rows(), &states);
        let from_x = self.norm_x.forward(x_t.matmul(tape.param(w)));
        let from_h = self.norm_h.forward(h.matmul(tape.param(u)));
        let [a_i, a_f, a_g, a_o] = split((from_x + from_h).add_bias(tape.param(b)));
        let i = a_i.named("a_i").sigmoid().named("i");
        let f = a_f.named("a_f").sigmoid().named("f");
        let g = a_g.named("a_g").tanh().named("g");
        let o = a_o.named("a_o").sigmoid().named("o");
        let c = (f * c + i * g).named("c");
        (o * self.norm_c.forward(c).tanh(), c)
    }
}
