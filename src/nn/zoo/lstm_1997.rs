//! The LSTM of 1997: a memory that is added to, and never forgets

use super::Gates;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;

/// A layer of the first long short-term memory: its cells have no forget gate, so what is in `s` stays, and the error that comes
/// back through it, too.
///
/// Hochreiter & Schmidhuber, *Long short-term memory* (1997), <https://doi.org/10.1162/neco.1997.9.8.1735>, with blocks of one cell,
/// whose outputs are all that the gates read of the step before. torchrecurrent `OriginalLSTMCell`.
///
/// ```text
/// i = σ(x_t·W_i + h_{t−1}·U_i + b_i)             input gate
/// g = g(x_t·W_c + h_{t−1}·U_c + b_c)             what may enter             g(a) = 4·σ(a) − 2
/// o = σ(x_t·W_o + h_{t−1}·U_o + b_o)             output gate
/// s_t = s_{t−1} + i⊙g                            the error carousel: ∂s_t/∂s_{t−1} = 1
/// h_t = o⊙h(s_t)                                 h(s) = 2·σ(s) − 1
/// ```
///
/// The paper's `y^in`, `y^out`, `y^c` are `i`, `o`, `h_t` here; its `g` and `h` are functions, those above. Most programs (torchrecurrent's, too)
/// have tanh in the place of both. As `2·σ(a) − 1 = tanh(a/2)`, that is the same net with `W_c`, `U_c`, `b_c` half as large, and `s/2` in the place
/// of `s`. The paper also cuts gradients off where they leave a cell by its gates; here they are whole.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, 3·H]`, `{name}.u` `[H, 3·H]` and `{name}.b` `[3·H]`, gates `i, c, o`. `W` begins
/// Glorot uniform, `U` orthogonal, all biases at 0. (The paper draws weights from small ranges around 0, and where cells drift or are abused as biases, it lets `b_i` and
/// `b_o` begin below.)
pub type Lstm1997 = Recurrent<Lstm1997Spec>;

units_only!(Lstm1997, Lstm1997Spec, Lstm1997Cell, "`H` units.");

/// One step of an [`Lstm1997`].
#[derive(Clone, Copy, Debug)]
pub struct Lstm1997Cell {
    /// `W`, `U`, `b` of `i`, `c` and `o`.
    pub gates: Gates<3>,
}

impl Lstm1997Cell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        Self { gates: Gates::new(params, name, [inputs, units]) }
    }
}

impl Cell for Lstm1997Cell {
    /// `h` and `s`, `[B, H]` each.
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        let zeros = || tape.zeros([batch, self.gates.units()]);
        (zeros(), zeros())
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, (h, s): Self::State<'t, R>) -> Self::State<'t, R> {
        self.gates.check_state("lstm_1997", x_t, "the state s", s);
        let [a_i, a_c, a_o] = self.gates.of("lstm_1997", x_t, h);
        let i = a_i.named("a_i").sigmoid().named("i");
        let g = (a_c.named("a_c").sigmoid() * 4.0 - 2.0).named("g");
        let o = a_o.named("a_o").sigmoid().named("o");
        let s = (s + i * g).named("s");
        (o * (s.sigmoid() * 2.0 - 1.0), s)
    }
}
