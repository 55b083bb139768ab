//! A gradient, and what it took.

use std::fmt;
use std::time::Instant;

use tapeloop::bptt::{Plan, Task, advances, checkpointed, initial_state, state_bytes};
use tapeloop::nn::{Dense, DenseLayer, Lstm, LstmCell};
use tapeloop::{Memory, Params, Real, Tape, Var};

/// An LSTM that tells the next value of a wave at every step.
pub struct Net {
    params: Params,
    cell: LstmCell,
    read_out: DenseLayer,
}

/// The net on so many steps.
struct Waves<'a> {
    net: &'a Net,
    steps: usize,
}

fn wave<R: Real>(t: usize) -> R {
    R::from_f64((0.1 * t as f64).sin() * (0.017 * t as f64).cos())
}

impl Task for Waves<'_> {
    type Cell = LstmCell;

    fn cell(&self) -> &LstmCell {
        &self.net.cell
    }
    fn sizes(&self) -> [usize; 2] {
        [1, self.steps]
    }
    fn input<'t, R: Real>(&self, tape: &'t Tape<'t, R>, t: usize) -> Var<'t, R> {
        tape.input([1, 1], &[wave(t)])
    }
    fn loss<'t, R: Real>(&self, t: usize, h: Var<'t, R>) -> Option<Var<'t, R>> {
        Some(self.net.read_out.forward(h).mse(h.tape().input([1, 1], &[wave(t + 1)])))
    }
}

/// What a gradient took.
#[derive(Clone, Debug)]
pub struct Point {
    pub steps: usize,
    /// Of the tape, of all states kept, at the most, and of the losses.
    pub bytes: usize,
    /// From what a tape takes of a single step, of ten and of twenty, and a state.
    pub bytes_in_theory: f64,
    /// Steps computed forwards, with and without a tape, as a multiple of all steps.
    pub work: f64,
    pub work_in_theory: f64,
    us_a_step: f64,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, bytes_in_theory, work, work_in_theory, us_a_step, .. } = self;
        let (kb, theory) = (*bytes as f64 / 1e3, bytes_in_theory / 1e3);
        write!(f, "{kb:>12.0} {theory:>12.0} {work:>16.3} {work_in_theory:>16.3} {us_a_step:>10.1}")
    }
}

impl Net {
    pub fn new(units: usize, seed: u64) -> Self {
        let mut params = Params::new(seed);
        let cell = Lstm::new(units).build(&mut params, "lstm", 1).cell;
        let read_out = Dense::new(1).build(&mut params, "read_out", units);
        Self { params, cell, read_out }
    }

    /// The gradient over so many steps, and what it took.
    pub fn measure(&self, steps: usize, plan: Plan) -> (Point, Vec<f32>) {
        let (mut grads, mut memory) = (self.params.zero_gradients(), Memory::new());
        // The first call takes memory from the system, which is what would be timed.
        checkpointed(&Waves { net: self, steps }, &self.params, plan, &mut grads, &mut memory);
        grads.zero();
        let clock = Instant::now();
        let done = checkpointed(&Waves { net: self, steps }, &self.params, plan, &mut grads, &mut memory);
        let seconds = clock.elapsed().as_secs_f64();

        let (state, losses) = (self.state_bytes(steps), steps * size_of::<f32>());
        let (states, tape, again) = match plan {
            Plan::Pieces(n) => (n, steps.div_ceil(n), (n - 1) * steps / n),
            Plan::Slots(s) => (steps.min(s + 1), 1, advances(steps, s)),
        };
        let point = Point {
            steps,
            bytes: done.bytes,
            bytes_in_theory: self.tape_bytes(tape) + (states * state + losses) as f64,
            work: (done.advanced + steps) as f64 / steps as f64,
            work_in_theory: (again + steps) as f64 / steps as f64,
            us_a_step: 1e6 * seconds / steps as f64,
        };
        (point, grads.flat().to_vec())
    }

    fn state_bytes(&self, steps: usize) -> usize {
        state_bytes::<f32>(&initial_state(&Waves { net: self, steps }, &self.params))
    }

    /// What a tape of so many steps takes: on the line through tapes of 10 and of 20 steps. (A single step has lists with room for some more.)
    fn tape_bytes(&self, steps: usize) -> f64 {
        let measured = |steps| {
            let mut memory = Memory::new();
            let mut grads = self.params.zero_gradients();
            checkpointed(&Waves { net: self, steps }, &self.params, Plan::Pieces(1), &mut grads, &mut memory);
            memory.bytes() as f64
        };
        if steps == 1 {
            return measured(1);
        }
        let [ten, twenty] = [10, 20].map(measured);
        ten + (steps as f64 - 10.0) / 10.0 * (twenty - ten)
    }
}
