//! Gates that read the input alone

use super::gates::split;
use crate::real::Real;
use crate::tape::Var;
use crate::tensor::{Init, Param, Params};

/// `[a_1 … a_G] = x·W + b`: the weights of `G` gates that don't read the last step's output, side by side.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<const G: usize> {
    /// `W` `[I, G·H]`.
    pub w: Param,
    /// `b` `[G·H]`.
    pub b: Param,
}

impl<const G: usize> Inputs<G> {
    /// Adds `{name}.w`, Glorot uniform, and `{name}.b`, zeros, for `I` inputs and `H` units.
    #[track_caller]
    pub(super) fn new<R: Real>(params: &mut Params<R>, name: &str, [i, h]: [usize; 2]) -> Self {
        Self {
            w: params.add(format!("{name}.w"), [i, G * h], Init::GlorotUniform),
            b: params.add(format!("{name}.b"), [G * h], Init::Zeros),
        }
    }

    /// `H`
    pub(super) fn units(&self) -> usize {
        self.b.shape().last() / G
    }

    /// Gate by gate, `[.., H]` each, of one step `[B, I]` or of all `[B, T, I]`. `cell` is who asks, for messages.
    #[track_caller]
    pub(super) fn of<'t, R: Real>(&self, cell: &str, x: Var<'t, R>) -> [Var<'t, R>; G] {
        let (given, wanted, tape) = (x.shape(), self.w.shape().rows(), x.tape());
        assert!(given.last() == wanted, "{cell}: x has shape {given}, not [.., {wanted}]");
        split(x.matmul(tape.param(self.w)).add_bias(tape.param(self.b)))
    }
}
