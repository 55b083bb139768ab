//! LightRU: one gate, and content from the input alone

use super::Gates;
use crate::nn::{Activation, Cell, Dense, DenseLayer, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;

/// A layer of light recurrent units: a GRU whose new content does not read the state, so that the state is a weighted mean of what
/// was read from the inputs, and one gate holds all the weights.
///
/// Ye, Zhang, Liu, Li, Chang & Zheng, *Light recurrent unit: towards an interpretable recurrent neural network for modeling
/// long-range dependency* (2024), <https://doi.org/10.3390/electronics13163204>, a layer of its algorithm 1 by itself. torchrecurrent
/// `LightRUCell`, which adds a bias within the tanh.
///
/// ```text
/// h̃ = tanh(x_t·W_h)                              new content, without bias
/// f = σ(x_t·W_f + h_{t−1}·U_f + b_f)             how much of it
/// h_t = (1 − f)⊙h_{t−1} + f⊙h̃
/// ```
///
/// A [`Star`](super::Star) without its outer tanh, and without a bias of the content. (The paper calls it LRU, a name that went to another cell.)
///
/// [`build`](Recurrent::build) adds `{name}.h.w` `[I, H]`, which is `W_h`, and `{name}.w` `[I, H]`, `{name}.u` `[H, H]`, `{name}.b` `[H]`
/// of `f`. Both `W` begin Glorot uniform, `U` orthogonal, `b_f` at 0.
pub type LightRu = Recurrent<LightRuSpec>;

units_only!(LightRu, LightRuSpec, LightRuCell, "`H` units.");

/// One step of a [`LightRu`].
#[derive(Clone, Copy, Debug)]
pub struct LightRuCell {
    /// `W_h` and tanh.
    pub content: DenseLayer,
    /// `W`, `U`, `b` of `f`.
    pub gates: Gates<1>,
}

impl LightRuCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        let content = Dense::new(units).bias(false).activation(Activation::Tanh);
        Self {
            content: content.build(params, &format!("{name}.h"), inputs),
            gates: Gates::new(params, name, [inputs, units]),
        }
    }
}

impl Cell for LightRuCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.gates.units()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// `h_{t−1}` itself stays where `f` is 0; the product reads `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let [a_f] = self.gates.of("light_ru", x_t, read);
        let f = a_f.named("a_f").sigmoid().named("f");
        (1.0 - f) * h + f * self.content.forward(x_t).named("h̃")
    }
}
