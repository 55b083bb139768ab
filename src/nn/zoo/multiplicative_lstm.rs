//! Multiplicative LSTM: how the state is read depends on the input

use super::Gates;
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of multiplicative LSTM: its gates read `m`, the state times a factor for each unit that depends on the input, in the place of
/// `h_{t−1}`. So each input has a recurrent matrix of its own, `U_m·diag(x_t·W_m)·U`.
///
/// Krause, Lu, Murray & Renals, *Multiplicative LSTM for sequence modelling* (2016), <https://arxiv.org/abs/1609.07959>.
/// torchrecurrent `MultiplicativeLSTMCell`.
///
/// ```text
/// m = (x_t·W_m)⊙(h_{t−1}·U_m)                    the state as this input sees it
/// i = σ(x_t·W_i + m·U_i + b_i)                   input gate
/// f = σ(x_t·W_f + m·U_f + b_f)                   forget gate
/// ĥ = tanh(x_t·W_h + m·U_h + b_h)                new content
/// o = σ(x_t·W_o + m·U_o + b_o)                   output gate
/// c_t = f⊙c_{t−1} + i⊙ĥ
/// h_t = o⊙tanh(c_t)
/// ```
///
/// The paper's matrices from the input, `W_·x`, are `W` here, and those from `h` and `m`, `W_·h` and `W_·m`, are `U`.
///
/// [`build`](Recurrent::build) adds `{name}.w_m` `[I, H]`, `{name}.u_m` `[H, H]`, and `{name}.w` `[I, 4·H]`, `{name}.u` `[H, 4·H]`,
/// `{name}.b` `[4·H]`, gates `i, f, h, o`. Both `W` begin Glorot uniform, both `U` orthogonal, `b_f` at 1, the other biases at 0.
pub type MultiplicativeLstm = Recurrent<MultiplicativeLstmSpec>;

units_only!(MultiplicativeLstm, MultiplicativeLstmSpec, MultiplicativeLstmCell, "`H` units.");

/// One step of a [`MultiplicativeLstm`].
#[derive(Clone, Copy, Debug)]
pub struct MultiplicativeLstmCell {
    /// `W_m` `[I, H]`.
    pub w_m: Param,
    /// `U_m` `[H, H]`.
    pub u_m: Param,
    /// `W`, `U`, `b` of `i`, `f`, `ĥ` and `o`; `U` multiplies `m`.
    pub gates: Gates<4>,
}

impl MultiplicativeLstmCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        Self {
            w_m: params.add(format!("{name}.w_m"), [inputs, units], Init::GlorotUniform),
            u_m: params.add(format!("{name}.u_m"), [units, units], Init::Orthogonal { gain: 1.0 }),
            gates: Gates::new(params, name, [inputs, units]).with_bias(params, 1, 1.0),
        }
    }
}

impl Cell for MultiplicativeLstmCell {
    /// `h` and `c`, `[B, H]` each.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        let zeros = || tape.zeros([batch, self.gates.units()]);
        (zeros(), zeros())
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, (h, c): Self::State<'t, R>) -> Self::State<'t, R> {
        let (tape, inputs, units) = (x_t.tape(), self.w_m.shape().rows(), self.gates.units());
        check("multiplicative_lstm", x_t, inputs, &[("the state h", h, units), ("the state c", c, units)]);
        let m = (x_t.matmul(tape.param(self.w_m)) * h.matmul(tape.param(self.u_m))).named("m");
        let [a_i, a_f, a_h, a_o] = self.gates.of("multiplicative_lstm", x_t, m);
        let i = a_i.named("a_i").sigmoid().named("i");
        let f = a_f.named("a_f").sigmoid().named("f");
        let content = a_h.named("a_h").tanh().named("ĥ");
        let o = a_o.named("a_o").sigmoid().named("o");
        let c = (f * c + i * content).named("c");
        (o * c.tanh(), c)
    }
}
