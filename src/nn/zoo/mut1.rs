//! MUT1: a mutant of the GRU that a search found

use super::Gates;
use crate::nn::{Activation, Cell, Dense, DenseLayer, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;

/// A layer of the first of three cells that a search over ten thousand found better than the GRU at some tasks: the update gate reads
/// the input alone.
///
/// Józefowicz, Zaremba & Sutskever, *An empirical exploration of recurrent network architectures* (2015),
/// <https://proceedings.mlr.press/v37/jozefowicz15.html>. torchrecurrent `MUT1Cell`.
///
/// ```text
/// z = σ(x_t·W_z + b_z)                           how much is new
/// r = σ(x_t·W_r + h_{t−1}·U_r + b_r)             what the new content sees of the old
/// ĥ = tanh((r⊙h_{t−1})·U_h + tanh(x_t·W_h) + b_h)
/// h_t = z⊙ĥ + (1 − z)⊙h_{t−1}
/// ```
///
/// The paper has `tanh(x_t)`, of inputs as wide as the state; `W_h` brings them there, as in torchrecurrent. Its `W_x·` are `W` here, and its `W_h·`
/// are `U`.
///
/// [`build`](Recurrent::build) adds `{name}.z.w` `[I, H]`, `{name}.z.b` `[H]`, `{name}.h.w` `[I, H]`, `{name}.h.u` `[H, H]`, `{name}.h.b` `[H]`,
/// and `{name}.w` `[I, H]`, `{name}.u` `[H, H]`, `{name}.b` `[H]` of `r`. All `W` begin Glorot uniform, both `U` orthogonal, all biases at 0.
pub type Mut1 = Recurrent<Mut1Spec>;

units_only!(Mut1, Mut1Spec, Mut1Cell, "`H` units.");

/// One step of a [`Mut1`].
#[derive(Clone, Copy, Debug)]
pub struct Mut1Cell {
    /// `W_z`, `b_z` and σ.
    pub z: DenseLayer,
    /// `W`, `U`, `b` of `ĥ`.
    pub content: Gates<1>,
    /// `W`, `U`, `b` of `r`.
    pub gates: Gates<1>,
}

impl Mut1Cell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        Self {
            z: Dense::new(units).activation(Activation::Sigmoid).build(params, &format!("{name}.z"), inputs),
            content: Gates::new(params, &format!("{name}.h"), [inputs, units]),
            gates: Gates::new(params, name, [inputs, units]),
        }
    }
}

impl Cell for Mut1Cell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.gates.units()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// `h_{t−1}` itself stays where `z` is 0; the products read `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let (tape, Gates { w, u, b }) = (x_t.tape(), self.content);
        let [a_r] = self.gates.of("mut1", x_t, read);
        let z = self.z.forward(x_t).named("z");
        let r = a_r.named("a_r").sigmoid().named("r");
        let from_x = x_t.matmul(tape.param(w)).tanh();
        let a_h = (r * read).matmul(tape.param(u)) + from_x;
        z * a_h.add_bias(tape.param(b)).named("a_h").tanh().named("ĥ") + (1.0 - z) * h
    }
}
