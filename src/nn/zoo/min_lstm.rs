//! minLSTM: an LSTM whose gates don't look back

use super::Inputs;
use super::min_gru::above_zero;
use super::stabilised::ln_sigmoid;
use crate::nn::{Recurrent, Spec};
use crate::real::Real;
use crate::tape::Var;
use crate::tensor::Params;

/// A layer of minimal LSTMs.
///
/// Feng, Tung, Ahmed, Bengio & Hajimirsadeghi, *Were RNNs all we needed?* (2024), <https://arxiv.org/abs/2410.01201>, section 3.2 of its
/// first version, in which the two gates are made to sum to 1; [`positive`](MinLstm::positive) is its appendix B. minGRU-pytorch `minLSTM` (without biases, and
/// positive).
///
/// ```text
/// f = σ(x_t·W_f + b_f)               forget gate
/// i = σ(x_t·W_i + b_i)               input gate
/// h̃ = x_t·W_h + b_h                  new content
/// f' = f/(f + i),  i' = i/(f + i)    together 1
/// h_t = f'⊙h_{t−1} + i'⊙h̃
/// ```
///
/// No gate reads `h_{t−1}`, so the whole sequence is a scan, see [`MinGru`](super::MinGru). As there `h_0` is a state like any other, whichever way
/// is taken. (minGRU-pytorch's way for all steps begins from `g(h_0)`, as the paper's with logarithms does; its way for one step from `h_0`, as the
/// equation does.)
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 3·H]`, Glorot uniform, and `{name}.b` `[3·H]`, zeros: gates `f, i, h`.
pub type MinLstm = Recurrent<MinLstmSpec>;

/// The size and the option of a [`MinLstmCell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct MinLstmSpec {
    units: usize,
    positive: bool,
}

impl MinLstm {
    /// `H` units.
    pub fn new(units: usize) -> Self {
        Self::of(MinLstmSpec { units, positive: false })
    }

    /// Content that is above 0: `h̃ = g(x_t·W_h + b_h)`, with `g(a) = a + ½` from 0 on, and `σ(a)` below.
    #[must_use]
    pub fn positive(mut self, yes: bool) -> Self {
        self.cell.positive = yes;
        self
    }
}

impl Spec for MinLstmSpec {
    type Cell = MinLstmCell;

    fn outputs(&self) -> usize {
        self.units
    }

    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> MinLstmCell {
        MinLstmCell { gates: Inputs::new(params, name, [inputs, self.units]), positive: self.positive }
    }
}

/// One step of a [`MinLstm`].
#[derive(Clone, Copy, Debug)]
pub struct MinLstmCell {
    /// `W` and `b` of `f`, `i` and `h̃`.
    pub gates: Inputs<3>,
    positive: bool,
}

impl MinLstmCell {
    /// `f'` and `i'⊙h̃`, of one step or of all.
    #[track_caller]
    fn terms<'t, R: Real>(&self, x: Var<'t, R>) -> [Var<'t, R>; 2] {
        let [a_f, a_i, a_h] = self.gates.of("min_lstm", x);
        // f/(f + i) = σ(ln f − ln i), as in appendix B.2.2: no gate is so shut that the quotient is 0/0.
        let d = ln_sigmoid(a_f.named("a_f")) - ln_sigmoid(a_i.named("a_i"));
        let (f, i) = (d.sigmoid().named("f'"), (-d).sigmoid().named("i'"));
        let a_h = a_h.named("a_h");
        let content = if self.positive { above_zero(a_h) } else { a_h };
        [f, i * content.named("h̃")]
    }
}

linear_cell!(MinLstmCell, "min_lstm");
