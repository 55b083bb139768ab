//! ATR: two gates from one product, by its sum and its difference

use super::Gates;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;

/// A layer of twin-gated units: both gates come from the same two products. Where both are large, much is taken in; where the input
/// outweighs the state, much stays.
///
/// Zhang, Xiong, Su, Lin & Zhang, *Simplifying neural machine translation with addition-subtraction twin-gated recurrent networks*
/// (2018), <https://arxiv.org/abs/1810.12546>. torchrecurrent `ATRCell`.
///
/// ```text
/// p = x_t·W + b
/// q = h_{t−1}·U
/// i = σ(p + q)                                   input gate
/// f = σ(p − q)                                   forget gate
/// h_t = i⊙p + f⊙h_{t−1}
/// ```
///
/// The letters `W` and `U`, of the input and of the state, are those of the authors' code. It has a bias in `q`; here it is in `p`.
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, H]`, Glorot uniform, `{name}.u` `[H, H]`, orthogonal, and `{name}.b` `[H]`, zeros.
pub type Atr = Recurrent<AtrSpec>;

units_only!(Atr, AtrSpec, AtrCell, "`H` units.");

/// One step of an [`Atr`].
#[derive(Clone, Copy, Debug)]
pub struct AtrCell {
    /// `W`, `U`, `b`.
    pub gates: Gates<1>,
}

impl AtrCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        Self { gates: Gates::new(params, name, [inputs, units]) }
    }
}

impl Cell for AtrCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.gates.units()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// `h_{t−1}` itself stays where `f` is 1; the product reads `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let [p] = self.gates.input("atr", x_t, h);
        let q = self.gates.times_u(read, 0).named("q");
        let p = p.named("p");
        let i = (p + q).sigmoid().named("i");
        let f = (p - q).sigmoid().named("f");
        i * p + f * h
    }
}
