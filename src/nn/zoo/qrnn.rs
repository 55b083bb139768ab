//! QRNN: a convolution over time for the gates, and a recurrence without weights

use super::gates::split;
use super::{Inputs, linear};
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent, Way};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of quasi-recurrent units with fo-pooling and filters of width 2.
///
/// Bradbury, Merity, Xiong & Socher, *Quasi-recurrent neural networks* (2016), <https://arxiv.org/abs/1611.01576>, equations 2 and 4. fastai `QRNNLayer`
/// with a window of 2, whose forget gate is `1 − f`.
///
/// ```text
/// z = tanh(x_{t−1}·V_z + x_t·W_z + b_z)          new content
/// f = σ(x_{t−1}·V_f + x_t·W_f + b_f)             forget gate
/// o = σ(x_{t−1}·V_o + x_t·W_o + b_o)             output gate
/// c_t = f⊙c_{t−1} + (1 − f)⊙z
/// h_t = o⊙c_t
/// ```
///
/// `V` and `W` are the two columns of the paper's filters (`W¹` and `W²` there). The gates of all steps are one product, and `c` a scan ([`Var::scan`]). At a
/// masked step there is no input: the next one's `x_{t−1}` is the last that was.
///
/// [`build`](Recurrent::build) adds `{name}.v` `[I, 3·H]` and `{name}.w` `[I, 3·H]`, Glorot uniform, and `{name}.b` `[3·H]`, zeros: gates
/// `z, f, o`. (The paper's equations leave biases out.)
pub type Qrnn = Recurrent<QrnnSpec>;

units_only!(Qrnn, QrnnSpec, QrnnCell, "`H` units.");

/// One step of a [`Qrnn`].
#[derive(Clone, Copy, Debug)]
pub struct QrnnCell {
    /// `V` `[I, 3·H]`: from the input of the step before.
    pub v: Param,
    /// `W` and `b` of `z`, `f` and `o`.
    pub gates: Inputs<3>,
}

impl QrnnCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        let v = params.add(format!("{name}.v"), [inputs, 3 * units], Init::GlorotUniform);
        Self { v, gates: Inputs::new(params, name, [inputs, units]) }
    }

    /// `f`, `(1 − f)⊙z` and `o`, of one step or of all.
    #[track_caller]
    fn terms<'t, R: Real>(&self, x: Var<'t, R>, x_before: Var<'t, R>) -> [Var<'t, R>; 3] {
        let [x_z, x_f, x_o] = self.gates.of("qrnn", x);
        let [v_z, v_f, v_o] = split(x_before.matmul(x.tape().param(self.v)));
        let z = (v_z + x_z).named("a_z").tanh().named("z");
        let f = (v_f + x_f).named("a_f").sigmoid().named("f");
        let o = (v_o + x_o).named("a_o").sigmoid().named("o");
        [f, (1.0 - f) * z, o]
    }
}

impl Cell for QrnnCell {
    /// `h` `[B, H]`, `c` `[B, H]` and `x_{t−1}` `[B, I]`.
    type State<'t, R: Real> = [Var<'t, R>; 3];

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> [Var<'t, R>; 3] {
        let (inputs, units) = (self.v.shape().rows(), self.gates.units());
        [units, units, inputs].map(|size| tape.zeros([batch, size]))
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, [_, c, x_before]: [Var<'t, R>; 3]) -> [Var<'t, R>; 3] {
        let inputs = self.v.shape().rows();
        let states = [("the state c", c, self.gates.units()), ("the input before", x_before, inputs)];
        check("qrnn", x_t, inputs, &states);
        let [f, new, o] = self.terms(x_t, x_before);
        let c = (f * c + new).named("c");
        [o * c, c, x_t]
    }

    #[track_caller]
    fn at_once<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        [h_0, c_0, x_0]: [Var<'t, R>; 3],
        way: Way<'t, R>,
    ) -> Option<(Var<'t, R>, [Var<'t, R>; 3])> {
        let held = linear::hold(x, x_0, way);
        let [f, new, o] = self.terms(x, linear::before(held, x_0, way));
        let c = linear::scan(f, new, c_0, way);
        let h = linear::hold(o * c, h_0, way);
        Some((h, [linear::last(h, h_0, way), linear::last(c, c_0, way), linear::last(held, x_0, way)]))
    }
}
