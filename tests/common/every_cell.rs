//! Every cell of the crate, and one of a user's own.

use tapeloop::nn::{Activation, Cell, Lstm, Recurrent, SimpleRnn, Spec, zoo};
use tapeloop::{Init, Param, Params, Real, Tape, Var};

/// What is done with each cell.
pub trait Visit {
    fn visit<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>);
}

/// Shows all cells of the crate, the options of some, and one of a user's own, with `h` units.
pub fn every_cell(h: usize, visitor: &mut impl Visit) {
    zoo::visit(h, &mut Zoo(visitor));
    visitor.visit("simple_rnn, two biases", SimpleRnn::pytorch(h));
    visitor.visit("simple_rnn without bias", SimpleRnn::new(h).bias(false));
    visitor.visit("simple_rnn, sigmoid", SimpleRnn::new(h).activation(Activation::Sigmoid));
    visitor.visit("lstm, two biases", Lstm::pytorch(h));
    visitor.visit("lstm, softplus", Lstm::new(h).activation(Activation::Softplus));
    visitor.visit("lstm, clip", Lstm::new(h).cell_clip(0.3));
    let all = Lstm::pytorch(h).peepholes(true).projection(3).cell_clip(0.3).coupled_gates(true);
    visitor.visit("lstm, all", all);
    visitor.visit("of one's own", Recurrent::of(Independent { units: h }));
}

/// Those of the crate's list.
struct Zoo<'a, V>(&'a mut V);

impl<V: Visit> zoo::Visit for Zoo<'_, V> {
    fn visit<S: Spec + Copy + 'static>(&mut self, name: &'static str, layer: Recurrent<S>) {
        self.0.visit(name, layer);
    }
}

/// Units that each remember only themselves, in two ways: `h_t = tanh(x_t·W + u⊙h_{t−1} + m_{t−1})`, `m_t = h_t²/2`.
#[derive(Clone, Copy, Debug)]
pub struct Independent {
    units: usize,
}

pub struct IndependentCell {
    w: Param,
    u: Param,
}

impl Spec for Independent {
    type Cell = IndependentCell;

    fn outputs(&self) -> usize {
        self.units
    }
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> IndependentCell {
        let w = params.add(format!("{name}.w"), [inputs, self.units], Init::GlorotUniform);
        IndependentCell { w, u: params.add(format!("{name}.u"), [self.units], Init::Constant(0.9)) }
    }
}

impl Cell for IndependentCell {
    type State<'t, R: Real> = (Var<'t, R>, Var<'t, R>);

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R> {
        let zeros = || tape.zeros([batch, self.u.shape().last()]);
        (zeros(), zeros())
    }
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, (h, m): Self::State<'t, R>) -> Self::State<'t, R> {
        let (w, u) = (x_t.tape().param(self.w), x_t.tape().param(self.u));
        let h = (x_t.matmul(w) + u.expand(h.shape()) * h + m).tanh();
        (h, h.square() * 0.5)
    }
}
