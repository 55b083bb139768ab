//! The net around the cell: its check, a training step, what it answers, how its gradient fades.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use tapeloop::check::{CheckError, Report, gradcheck_params};
use tapeloop::nn::{Bidirectional, Call, Cell, Dense, DenseLayer, Recurrent, Stacked, Way, unroll};
use tapeloop::optim::{Adam, Clip, Optimizer, Schedule};
use tapeloop::{Gradients, Init, Memory, Params, Tape, Var};

use super::adding::{Adding, Batch};
use crate::{LeakyCell, LeakySpec};

/// Every derivative of a small net against differences: two layers of both directions, with dropout, over
/// sequences of different lengths. The input is a weight here, so that its gradient is checked, too.
pub fn check() -> Result<Report, CheckError> {
    let mut params = Params::<f64>::new(1);
    let both = Bidirectional::new(Recurrent::of(LeakySpec { units: 3 }).dropout(0.2, 0.2));
    let net = Stacked::new(vec![both; 2]).build(&mut params, "net", 2);
    let x = params.add("x", [3, 5, 2], Init::Normal { mean: 0.0, std: 1.0 });
    gradcheck_params(
        |tape| {
            let mask = Some(tape.lengths(&[5, 2, 1], 5));
            let y = net.run(tape.param(x), Call { mask, training: Some(7), ..Call::default() }, |_, _| ());
            (y * y).sum()
        },
        &params,
    )
}

/// Leaky units, and an affine read-out of what they are at the end of a sequence.
struct Net {
    layer: Recurrent<LeakyCell>,
    read_out: DenseLayer,
}

impl Net {
    /// The answers `[B, 1]`.
    fn forward<'t>(&self, tape: &'t Tape<'_>, batch: &Batch, mask: Option<Var<'t>>) -> Var<'t> {
        let x = tape.input([batch.rows(), batch.steps, 2], &batch.x);
        let out = self.layer.run(x, Call { mask, ..Call::default() });
        self.read_out.forward(out.output)
    }
}

/// A net with its weights, and what makes them better.
pub struct Trainer {
    params: Params,
    net: Net,
    grads: Gradients,
    adam: Adam,
    schedule: Schedule,
    task: Adding,
    rng: ChaCha8Rng,
    memory: Memory,
    steps: usize,
}

impl Trainer {
    pub fn new(task: Adding, units: usize, schedule: Schedule, seed: u64) -> Self {
        let mut params = Params::new(seed);
        let layer = Recurrent::of(LeakySpec { units }).build(&mut params, "leaky", 2);
        let read_out = Dense::new(1).build(&mut params, "read_out", units);
        Self {
            grads: params.zero_gradients(),
            params,
            net: Net { layer, read_out },
            adam: Adam::pytorch(schedule.at(0)),
            schedule,
            task,
            rng: ChaCha8Rng::seed_from_u64(seed),
            memory: Memory::new(),
            steps: 0,
        }
    }

    /// A training step on new sequences. Returns the loss, the mean squared error.
    pub fn step(&mut self, rows: usize) -> f32 {
        let batch = self.task.draw(rows, &mut self.rng);
        let tape = Tape::new(&self.params, std::mem::take(&mut self.memory));
        let mask = tape.lengths(&batch.lengths, batch.steps);
        let loss = self.net.forward(&tape, &batch, Some(mask)).mse(tape.input([rows, 1], &batch.y));
        self.grads.zero();
        tape.backward(loss, &mut self.grads);
        let loss = loss.item();
        self.memory = tape.into_memory();

        Clip::GlobalNorm(1.0).apply(&self.params, &mut self.grads);
        self.adam.set_lr(self.schedule.at(self.steps));
        self.adam.step(&mut self.params, &self.grads);
        self.steps += 1;
        loss
    }

    /// The answers for a batch; without a mask, the net reads on beyond the ends of the sequences.
    pub fn answers(&mut self, batch: &Batch, masked: bool) -> Vec<f32> {
        let tape = Tape::without_gradients(&self.params, std::mem::take(&mut self.memory));
        let mask = masked.then(|| tape.lengths(&batch.lengths, batch.steps));
        let answers = self.net.forward(&tape, batch, mask).value();
        self.memory = tape.into_memory();
        answers
    }

    /// `‖∂L/∂h_t‖` for t = 1 … T. For each of them to be a node of its own, the loop over time is called here
    /// and not by the layer.
    pub fn gradient_norms(&self, batch: &Batch) -> Vec<f64> {
        let tape = Tape::new(&self.params, Memory::new());
        let x = tape.input([batch.rows(), batch.steps, 2], &batch.x);
        let way = Way { mask: Some(tape.lengths(&batch.lengths, batch.steps)), ..Way::default() };
        let cell = &self.net.layer.cell;
        let states = unroll(cell, x, cell.zero_state(&tape, batch.rows()), way);
        let answers = self.net.read_out.forward(states.state);
        let loss = answers.mse(tape.input([batch.rows(), 1], &batch.y));
        tape.backward(loss, &mut self.params.zero_gradients());
        (0..batch.steps).map(|t| states.outputs().at(t).grad_norm().into()).collect()
    }

    /// Every `λ = σ(l)`, the smallest first.
    pub fn lambdas(&self) -> Vec<f64> {
        let l = self.params[self.net.layer.cell.l].iter().map(|&l| f64::from(l));
        let mut lambdas: Vec<f64> = l.map(|l| 1.0 / (1.0 + (-l).exp())).collect();
        lambdas.sort_by(f64::total_cmp);
        lambdas
    }
}
