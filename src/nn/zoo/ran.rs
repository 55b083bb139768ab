//! RAN: a memory of gated sums of the inputs, and nothing else

use super::Gates;
use crate::nn::{Cell, Dense, DenseLayer, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;

/// A layer of recurrent additive units: an LSTM whose new content is linear in the input alone, so `c_t` is a weighted sum of the
/// inputs so far, and the gates only say with which weights.
///
/// Lee, Levy & Zettlemoyer, *Recurrent additive networks* (2017), <https://arxiv.org/abs/1705.07393>, equation 1, with tanh at the
/// output. torchrecurrent `RANCell`.
///
/// ```text
/// c̃ = x_t·W_c                                    new content, without bias
/// i = σ(x_t·W_i + h_{t−1}·U_i + b_i)             input gate
/// f = σ(x_t·W_f + h_{t−1}·U_f + b_f)             forget gate
/// c_t = i⊙c̃ + f⊙c_{t−1}
/// h_t = tanh(c_t)
/// ```
///
/// The paper's `W_·x` are `W` here, and its `W_·h` are `U`.
///
/// [`build`](Recurrent::build) adds `{name}.c.w` `[I, H]`, and `{name}.w` `[I, 2·H]`, `{name}.u` `[H, 2·H]`, `{name}.b` `[2·H]`, gates
/// `i, f`. Both `W` begin Glorot uniform, `U` orthogonal, all biases at 0. (For the Penn Treebank the authors' code draws all matrices uniform in ±0.05 or ±0.04.)
pub type Ran = Recurrent<RanSpec>;

units_only!(Ran, RanSpec, RanCell, "`H` units.");

/// One step of a [`Ran`].
#[derive(Clone, Copy, Debug)]
pub struct RanCell {
    /// `W_c`.
    pub content: DenseLayer,
    /// `W`, `U`, `b` of `i` and `f`.
    pub gates: Gates<2>,
}

impl RanCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        Self {
            content: Dense::new(units).bias(false).build(params, &format!("{name}.c"), inputs),
            gates: Gates::new(params, name, [inputs, units]),
        }
    }
}

impl Cell for RanCell {
    /// `h` and `c`, `[B, H]` each.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        let zeros = || tape.zeros([batch, self.gates.units()]);
        (zeros(), zeros())
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, (h, c): Self::State<'t, R>) -> Self::State<'t, R> {
        self.gates.check_state("ran", x_t, "the state c", c);
        let [a_i, a_f] = self.gates.of("ran", x_t, h);
        let content = self.content.forward(x_t).named("c̃");
        let i = a_i.named("a_i").sigmoid().named("i");
        let f = a_f.named("a_f").sigmoid().named("f");
        let c = (i * content + f * c).named("c");
        (c.tanh(), c)
    }
}
