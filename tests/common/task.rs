//! A task for any cell, in which everything has a gradient.

use tapeloop::bptt::Task;
use tapeloop::check::Loss;
use tapeloop::nn::{Cell, Dense, DenseLayer, Recurrent, Spec, State};
use tapeloop::{Init, Param, Params, Real, Tape, Var};

/// Inputs from a formula, scaled by weights (as the rows of an embedding would be); a loss at most steps.
pub struct Waves<C> {
    pub cell: C,
    scale: Param, // [B, I]
    read_out: DenseLayer,
    sizes: [usize; 2],
}

impl<C: Cell> Waves<C> {
    /// With random weights; no bias is 0.
    pub fn new<S: Spec<Cell = C>, R: Real>(layer: Recurrent<S>, [b, t, i]: [usize; 3]) -> (Self, Params<R>) {
        let mut params = Params::new(5);
        let outputs = layer.cell.outputs();
        let cell = layer.build(&mut params, "cell", i).cell;
        let scale = params.add("scale", [b, i], Init::Uniform { low: 0.5, high: 1.5 });
        let read_out = Dense::new(2).build(&mut params, "read_out", outputs);
        params
            .flat_mut()
            .iter_mut()
            .enumerate()
            .for_each(|(n, w)| *w += R::from_f64(0.2 * (7.0 * n as f64).sin()));
        (Self { cell, scale, read_out, sizes: [b, t] }, params)
    }

    /// The same with another number of steps.
    pub fn with_steps(self, steps: usize) -> Self {
        let [b, _] = self.sizes;
        Self { sizes: [b, steps], ..self }
    }

    fn wave<'t, R: Real>(&self, tape: &'t Tape<'t, R>, t: usize, columns: usize) -> Var<'t, R> {
        let wave = |n: usize| R::from_f64((0.7 * t as f64 + 1.3 * n as f64).sin());
        let [b, _] = self.sizes;
        tape.input([b, columns], &(0..b * columns).map(wave).collect::<Vec<R>>())
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
        self.wave(tape, t, self.scale.shape().last()) * tape.param(self.scale)
    }
    fn loss<'t, R: Real>(&self, t: usize, h: Var<'t, R>) -> Option<Var<'t, R>> {
        (t % 3 != 1).then(|| self.read_out.forward(h).mse(self.wave(h.tape(), t + 1, 2)))
    }
}

/// The loss of all steps, on one tape, without anything of [`tapeloop::bptt`].
impl<C: Cell> Loss for Waves<C> {
    fn on<'t, R: Real>(&self, tape: &'t Tape<'t, R>) -> Var<'t, R> {
        let [b, steps] = self.sizes;
        let (mut state, mut sum) = (self.cell.zero_state(tape, b), tape.zeros([]));
        for t in 0..steps {
            state = self.cell.step(self.input(tape, t), state);
            sum = self.loss(t, state.output()).map_or(sum, |loss| sum + loss);
        }
        sum
    }
}
