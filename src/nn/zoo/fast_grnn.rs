//! FastGRNN: a gate and a content that share their matrices

use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of gated units as small as Elman's: gate and content are made of the same two products.
///
/// Kusupati, Singh, Bhatia, Kumar, Jain & Varma, *FastGRNN: a fast, accurate, stable and tiny kilobyte sized gated recurrent neural
/// network* (2018), <https://arxiv.org/abs/1901.02358>. EdgeML `FastGRNNCell`; torchrecurrent `FastGRNNCell` (whose gate is a tanh,
/// unless `nonlinearity` says otherwise).
///
/// ```text
/// z_t = σ(x_t·W + h_{t−1}·U + b_z)               gate
/// h̃_t = tanh(x_t·W + h_{t−1}·U + b_h)            new content
/// h_t = (σ(ζ)·(1 − z_t) + σ(ν))⊙h̃_t + z_t⊙h_{t−1}
/// ```
///
/// The matrices are dense here. (For small devices, the paper also makes them sparse, of low rank, and of bytes.)
///
/// [`build`](Recurrent::build) adds `{name}.w` `[I, H]`, Glorot uniform, `{name}.u` `[H, H]`, orthogonal, `{name}.b_z` and `{name}.b_h`, `[H]` each,
/// and `{name}.zeta` and `{name}.nu`, `[1]` each. Both biases begin at 1, `ζ` at 1 and `ν` at −4, as EdgeML's. (EdgeML draws both matrices from a
/// normal distribution with deviation 0.1.)
pub type FastGrnn = Recurrent<FastGrnnSpec>;

units_only!(FastGrnn, FastGrnnSpec, FastGrnnCell, "`H` units.");

/// One step of a [`FastGrnn`].
#[derive(Clone, Copy, Debug)]
pub struct FastGrnnCell {
    /// `W` `[I, H]`, of `z` and of `h̃`.
    pub w: Param,
    /// `U` `[H, H]`, of `z` and of `h̃`.
    pub u: Param,
    /// `b_z` `[H]`
    pub b_z: Param,
    /// `b_h` `[H]`
    pub b_h: Param,
    /// `ζ` `[1]`: how much of the content where the gate is shut, before σ.
    pub zeta: Param,
    /// `ν` `[1]`: how much of the content anyway, before σ.
    pub nu: Param,
}

impl FastGrnnCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, units]: [usize; 2]) -> Self {
        Self {
            w: params.add(format!("{name}.w"), [inputs, units], Init::GlorotUniform),
            u: params.add(format!("{name}.u"), [units, units], Init::Orthogonal { gain: 1.0 }),
            b_z: params.add(format!("{name}.b_z"), [units], Init::Constant(1.0)),
            b_h: params.add(format!("{name}.b_h"), [units], Init::Constant(1.0)),
            zeta: params.add(format!("{name}.zeta"), [1], Init::Constant(1.0)),
            nu: params.add(format!("{name}.nu"), [1], Init::Constant(-4.0)),
        }
    }
}

impl Cell for FastGrnnCell {
    /// `h` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.u.shape().last()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, h, h)
    }

    /// `h_{t−1}` itself stays where `z` is 1; the product reads `read`.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        check("fast_grnn", x_t, self.w.shape().rows(), &[("the state h", h, self.u.shape().last())]);
        let [w, u, b_z, b_h] = [self.w, self.u, self.b_z, self.b_h].map(|param| h.tape().param(param));
        let weight = |param| h.tape().param(param).sigmoid().expand(h.shape());
        let a = x_t.matmul(w) + read.matmul(u);
        let z = a.add_bias(b_z).named("a_z").sigmoid().named("z");
        let content = a.add_bias(b_h).named("a_h").tanh().named("h̃");
        (weight(self.zeta) * (1.0 - z) + weight(self.nu)) * content + z * h
    }
}
