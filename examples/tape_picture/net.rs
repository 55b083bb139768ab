//! A net that learns to add.

use tapeloop::data::{Adding, AddingSequences};
use tapeloop::nn::{Call, Cell, Dense, DenseLayer, Recurrent, Spec, Stacked, State};
use tapeloop::optim::{Adam, Clip, Optimizer};
use tapeloop::{Array, Graph, Memory, Params, Tape, Var};

use crate::progress::Progress;

/// The adding problem, and how it is trained.
#[derive(Clone, Copy)]
pub struct Task {
    pub layers: usize,
    pub length: usize,
    pub steps: usize,
    pub lr: f64,
    pub seed: u64,
}

/// Sequences in a batch to train with, and to test with.
const BATCH: usize = 32;
const TEST: usize = 500;

/// Recurrent layers, and an affine read-out of the last state.
pub struct Net<C> {
    task: Task,
    params: Params,
    layers: Stacked<Recurrent<C>>,
    read_out: DenseLayer,
}

impl Task {
    pub fn net<S: Spec + Copy>(self, name: &str, layer: Recurrent<S>) -> Net<S::Cell> {
        let mut params = Params::new(self.seed);
        let layers = Stacked::new(vec![layer; self.layers]).build(&mut params, name, 2);
        let read_out = Dense::new(1).build(&mut params, "read_out", layer.cell.outputs());
        Net { task: self, params, layers, read_out }
    }

    fn draw(self, length: usize, count: usize, seed: u64) -> AddingSequences {
        Adding { lengths: length..=length }.draw(count, seed)
    }
}

impl<C: Cell> Net<C> {
    /// The mean squared error, a scalar. What a picture shows has a name.
    fn loss<'t>(&self, tape: &'t Tape<'t>, AddingSequences { x, y, .. }: &AddingSequences) -> Var<'t> {
        let rows = y.shape().rows();
        let initial = self.layers.layers.iter().map(|layer| {
            let mut names = ["h_0", "c_0"].into_iter();
            layer
                .cell
                .zero_state(tape, rows)
                .map(|zeros| names.next().map_or(zeros, |name| zeros.named(name)))
        });
        let initial: Vec<_> = initial.collect();
        let x = tape.input(x.shape(), x.data()).named("x");
        let state = self.layers.run(x, Call { initial_state: Some(&initial), ..Call::default() }, |_, _| {});
        let answers = self.read_out.forward(state).named("answer");
        answers.mse(tape.input(y.shape(), y.data()).named("sum")).named("loss")
    }

    /// The mean squared error on other sequences, afterwards.
    pub fn train(&mut self) -> f32 {
        let Task { length, steps, lr, seed, .. } = self.task;
        let (mut grads, mut adam) = (self.params.zero_gradients(), Adam::pytorch(lr));
        let (mut memory, progress) = (Memory::new(), Progress::new(steps));
        for step in 1..=steps {
            let sequences =
                self.task.draw(length, BATCH, seed.wrapping_mul(1 << 32).wrapping_add(step as u64));
            let tape = Tape::new(&self.params, memory);
            let loss = self.loss(&tape, &sequences);
            grads.zero();
            tape.backward(loss, &mut grads);
            progress.step(step, loss.item());
            memory = tape.into_memory();
            Clip::GlobalNorm(1.0).apply(&self.params, &mut grads);
            adam.step(&mut self.params, &grads);
        }
        progress.finish();
        let tape = Tape::without_gradients(&self.params, memory);
        self.loss(&tape, &self.task.draw(length, TEST, !seed)).item()
    }

    /// The tape of so many steps, as a graph.
    pub fn graph(&self, length: usize) -> Graph {
        let tape = Tape::new(&self.params, Memory::new()).traced();
        self.loss(&tape, &self.task.draw(length, 2, !self.task.seed));
        tape.graph()
    }

    /// `t` and `‖∂L/∂h_t‖ / ‖∂L/∂h_T‖` of the last layer.
    pub fn gradient_norms(&self) -> Vec<(usize, f32)> {
        let tape = Tape::new(&self.params, Memory::new()).traced();
        let loss = self.loss(&tape, &self.task.draw(self.task.length, BATCH, !self.task.seed));
        tape.backward(loss, &mut self.params.zero_gradients());
        tape.trace(self.task.layers - 1, "h").relative_gradient_norms()
    }

    /// Lets somebody look at the tape of one sequence.
    pub fn look<T>(&self, look: impl FnOnce(&Tape<'_>, &Array) -> T) -> T {
        let sequences = self.task.draw(self.task.length, 1, !self.task.seed);
        let tape = Tape::new(&self.params, Memory::new()).traced();
        self.loss(&tape, &sequences);
        look(&tape, &sequences.x)
    }
}
