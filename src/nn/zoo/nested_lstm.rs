//! Nested LSTM: the memory of an LSTM is the output of another

use super::Gates;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;

/// A layer of nested LSTM: what would be summed up to the new memory, `f⊙c_{t−1}` and `i⊙g`, goes into an inner LSTM as its state and
/// its input instead, and the memory is what comes out of it. The inner memory `c̃` lives longer than `c`.
///
/// Moniz & Krueger, *Nested LSTMs* (2018), <https://arxiv.org/abs/1801.10308>, of depth two.
///
/// ```text
/// i, f, o = σ(x_t·W + h_{t−1}·U + b)             gates of the outer LSTM, one each
/// g = tanh(x_t·W_c + h_{t−1}·U_c + b_c)
/// x̃ = i⊙g                                        what the inner one reads
/// h̃ = f⊙c_{t−1}                                  its state
/// ĩ, f̃, õ = σ(x̃·W̃ + h̃·Ũ + b̃)                    its gates
/// g̃ = tanh(x̃·W̃_c + h̃·Ũ_c + b̃_c)
/// c̃_t = f̃⊙c̃_{t−1} + ĩ⊙g̃
/// c_t = õ⊙tanh(c̃_t)
/// h_t = o⊙tanh(c_t)
/// ```
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 4·H]`, `{name}.u` `[H, 4·H]`, `{name}.b` `[4·H]`, gates `i, f, c, o`, and the same
/// of the inner LSTM, `{name}.inner.w` `[H, 4·H]`, `{name}.inner.u` `[H, 4·H]`, `{name}.inner.b` `[4·H]`. `W` and `W̃` begin Glorot uniform,
/// `U` and `Ũ` orthogonal, `b_f` and `b̃_f` at 1, the other biases at 0.
pub type NestedLstm = Recurrent<NestedLstmSpec>;

units_only!(NestedLstm, NestedLstmSpec, NestedLstmCell, "`H` units.");

/// One step of a [`NestedLstm`].
#[derive(Clone, Copy, Debug)]
pub struct NestedLstmCell {
    /// `W`, `U`, `b` of `i`, `f`, `g` and `o`.
    pub gates: Gates<4>,
    /// The same of the inner LSTM.
    pub inner: Gates<4>,
}

impl NestedLstmCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        Self {
            gates: Gates::new(params, name, [inputs, units]).with_bias(params, 1, 1.0),
            inner: Gates::new(params, &format!("{name}.inner"), [units, units]).with_bias(params, 1, 1.0),
        }
    }
}

impl Cell for NestedLstmCell {
    /// `h`, `c` and `c̃`, `[B, H]` each.
    type State<'t, R: Real> = [Var<'t, R>; 3];

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        [(); 3].map(|()| tape.zeros([batch, self.gates.units()]))
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, [h, c, inner_c]: Self::State<'t, R>) -> Self::State<'t, R> {
        self.gates.check_state("nested_lstm", x_t, "the state c", c);
        self.gates.check_state("nested_lstm", x_t, "the inner state c̃", inner_c);
        let [a_i, a_f, a_c, a_o] = self.gates.of("nested_lstm", x_t, h);
        let i = a_i.named("a_i").sigmoid().named("i");
        let f = a_f.named("a_f").sigmoid().named("f");
        let g = a_c.named("a_c").tanh().named("g");
        let o = a_o.named("a_o").sigmoid().named("o");

        let [a_i, a_f, a_c, a_o] = self.inner.of("nested_lstm, inner", i * g, f * c);
        let i = a_i.named("ã_i").sigmoid().named("ĩ");
        let f = a_f.named("ã_f").sigmoid().named("f̃");
        let g = a_c.named("ã_c").tanh().named("g̃");
        let inner_o = a_o.named("ã_o").sigmoid().named("õ");
        let inner_c = (f * inner_c + i * g).named("c̃");

        let c = (inner_o * inner_c.tanh()).named("c");
        [o * c.tanh(), c, inner_c]
    }
}
