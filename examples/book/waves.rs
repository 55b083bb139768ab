//! The task of chapters 6, 8 and 9: at every step the next value of a wave.

use tapeloop::bptt::Task;
use tapeloop::check::Loss;
use tapeloop::nn::{Cell, Dense, DenseLayer, Recurrent, Spec, State};
use tapeloop::{Params, Real, Tape, Var};

/// A batch of waves, a recurrent net that reads them, and a read-out. `L = Σ_t` mean squared error of step `t`.
pub struct Waves<C> {
    pub cell: C,
    read_out: DenseLayer,
    /// `B` and `T`.
    pub sizes: [usize; 2],
}

/// Row `b` at step `t`: a wave that swells and fades.
pub fn wave(b: usize, t: usize) -> f64 {
    let t = t as f64;
    (0.3 * t + b as f64).sin() * (0.041 * t).cos()
}

impl<C: Cell> Waves<C> {
    /// With weights drawn from seed 0.
    pub fn new<S: Spec<Cell = C>, R: Real>(layer: Recurrent<S>, sizes: [usize; 2]) -> (Self, Params<R>) {
        let mut params = Params::new(0);
        let units = layer.cell.outputs();
        let cell = layer.build(&mut params, "rnn", 1).cell;
        let read_out = Dense::new(1).build(&mut params, "read_out", units);
        (Self { cell, read_out, sizes }, params)
    }

    fn at<'t, R: Real>(&self, tape: &'t Tape<'t, R>, t: usize) -> Var<'t, R> {
        let [batch, _] = self.sizes;
        let column: Vec<R> = (0..batch).map(|b| R::from_f64(wave(b, t))).collect();
        tape.input([batch, 1], &column)
    }
}

impl<C: Cell> Task for Waves<C> {
    type Cell = C;

    fn cell(&self) -> &C {
        &self.cell
    }
    fn sizes(&self) -> [usize; 2] {
        self.sizes
    }
    fn input<'t, R: Real>(&self, tape: &'t Tape<'t, R>, t: usize) -> Var<'t, R> {
        self.at(tape, t)
    }
    fn loss<'t, R: Real>(&self, t: usize, h: Var<'t, R>) -> Option<Var<'t, R>> {
        Some(self.read_out.forward(h).mse(self.at(h.tape(), t + 1)))
    }
}

/// All steps on one tape, as a loop, without [`tapeloop::bptt`].
impl<C: Cell> Loss for Waves<C> {
    fn on<'t, R: Real>(&self, tape: &'t Tape<'t, R>) -> Var<'t, R> {
        let [batch, steps] = self.sizes;
        let (mut state, mut sum) = (self.cell.zero_state(tape, batch), tape.zeros([]));
        for t in 0..steps {
            state = self.cell.step(self.input(tape, t), state);
            sum = self.loss(t, state.output()).map_or(sum, |loss| sum + loss);
        }
        sum
    }
}

/// `‖a − b‖/‖b‖`
pub fn apart(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let norm = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>().sqrt();
    norm(&mut a.iter().zip(b).map(|(a, b)| a - b)) / norm(&mut b.iter().copied())
}

/// What a relative difference is, if it isn't rounding.
pub fn digits(apart: f64) -> String {
    if apart < 1e-12 { "rounding".into() } else { format!("{apart:.1e}") }
}
