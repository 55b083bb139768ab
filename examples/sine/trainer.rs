//! The net and a training step.

use std::fmt;

use tapeloop::data::Windows;
use tapeloop::nn::{Dense, DenseLayer, Recurrent, SimpleRnn, SimpleRnnCell, Way, unroll};
use tapeloop::optim::{Clip, Optimizer, Schedule};
use tapeloop::{Gradients, Memory, Params, Sequence, Tape, Var};

use crate::args::Args;
use crate::task::STEPS;

/// Windows that are predicted together.
const BLOCK: usize = 1000;

/// `h_t = tanh(x_t·W_ih + h_{t−1}·W_hh + b)` for ten steps, then `p = h_10·W_out + b_out`.
#[derive(Clone, Copy)]
pub struct Net {
    pub rnn: Recurrent<SimpleRnnCell>,
    pub read_out: DenseLayer,
}

/// A net with its weights, and what turns batches into better weights.
pub struct Trainer {
    pub params: Params,
    pub net: Net,
    grads: Gradients,
    optimizer: Box<dyn Optimizer<f32>>,
    schedule: Schedule,
    clip: Option<Clip>,
    /// What the last step's tape held, for the next to use again: no step after the first allocates.
    /// (Except as in the tutorial, where every Adam is new and brings its own moments.)
    memory: Memory,
    /// The state that the next batch starts from, `[B, H]`; none: zeros.
    carried: Option<Vec<f32>>,
    sign_descent: bool,
    steps: usize,
}

/// What a step looks like after `backward`, before the weights move.
pub struct Glimpse<'a, 't> {
    pub loss: f32,
    /// `h_1 … h_T`, each with its gradient.
    pub states: Sequence<'t>,
    pub params: &'a Params,
}

/// A number that is infinite or not a number any more.
#[derive(Clone, Debug)]
pub struct NonFinite {
    pub step: usize,
    pub what: String,
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "training diverged at step {}: {} is not finite", self.step, self.what)
    }
}

impl Trainer {
    /// `steps` is how many there will be.
    pub fn new(args: &Args, steps: usize) -> Self {
        let hidden = args.hidden;
        let mut params = Params::new(args.seed);
        let rnn = SimpleRnn::new(hidden).build(&mut params, "rnn", 1);
        let read_out = Dense::new(1).build(&mut params, "read_out", hidden);
        Self {
            grads: params.zero_gradients(),
            params,
            net: Net { rnn, read_out },
            optimizer: args.optimizer(),
            schedule: args.schedule(steps),
            clip: args.clip_norm.map(Clip::GlobalNorm),
            memory: Memory::new(),
            carried: args.as_tutorial.then(|| vec![0.0; args.batch * hidden]),
            sign_descent: args.as_tutorial,
            steps: 0,
        }
    }

    /// One training step on windows `x` `[B, T, 1]` and targets `y` `[B, 1]`. Returns the loss.
    pub fn step(
        &mut self,
        x: &[f32],
        y: &[f32],
        look: impl FnOnce(Glimpse<'_, '_>),
    ) -> Result<f32, NonFinite> {
        self.steps += 1;
        let (step, b) = (self.steps, y.len());
        let non_finite = |what| NonFinite { step, what };

        let tape = Tape::new(&self.params, std::mem::take(&mut self.memory));
        let x = tape.input([b, STEPS, 1], x);
        let h = self.net.read_out.w.shape().rows();
        let start = match &self.carried {
            Some(values) => tape.input([b, h], &values[..b * h]), // values only: no gradient goes back
            None => tape.zeros([b, h]),
        };
        let run = unroll(&self.net.rnn.cell, x, start, Way::default());
        let prediction = self.net.read_out.forward(run.state);
        let loss = prediction.mse(tape.input([b, 1], y));
        self.grads.zero();
        tape.backward(loss, &mut self.grads);

        look(Glimpse { loss: loss.item(), states: run.outputs(), params: &self.params });
        first_non_finite(run.outputs(), prediction, loss, &self.params, &self.grads).map_err(non_finite)?;
        if let Some(carried) = &mut self.carried {
            run.state.with_value(|state| carried[..b * h].copy_from_slice(state));
        }
        let loss = loss.item();
        self.memory = tape.into_memory();

        if let Some(clip) = self.clip {
            clip.apply(&self.params, &mut self.grads);
        }
        if self.sign_descent {
            self.optimizer.reset(); // a new Adam: no moments
        }
        self.optimizer.set_lr(self.schedule.at(step - 1));
        self.optimizer.step(&mut self.params, &self.grads);
        finite_weights(&self.params).map_err(non_finite)?;
        Ok(loss)
    }

    /// The predictions for all windows, each from a state of zeros. Block by block: a tape holds the
    /// states of all the windows that it has seen.
    pub fn predict(&mut self, windows: &Windows) -> Vec<f32> {
        let mut predictions = Vec::with_capacity(windows.len());
        for first in (0..windows.len()).step_by(BLOCK) {
            let block = first..windows.len().min(first + BLOCK);
            let x: Vec<f32> = block.clone().flat_map(|i| windows.input(i)).copied().collect();
            let tape = Tape::without_gradients(&self.params, std::mem::take(&mut self.memory));
            let x = tape.input([block.len(), STEPS, 1], &x);
            predictions.extend(self.net.read_out.forward(self.net.rnn.forward(x)).value());
            self.memory = tape.into_memory();
        }
        predictions
    }

    /// Goes on from a window: each prediction becomes the next input.
    pub fn go_on(&mut self, window: &[f32], steps: usize) -> Vec<f32> {
        let mut values = window.to_vec();
        for _ in 0..steps {
            let mut last = values[values.len() - STEPS..].to_vec();
            last.push(0.0); // in the place of the target, which nobody knows
            values.push(self.predict(&Windows::over(last, STEPS))[0]);
        }
        values
    }

    /// The mean squared error over all windows.
    pub fn mse(&mut self, windows: &Windows) -> f64 {
        let errors =
            self.predict(windows).into_iter().enumerate().map(|(i, p)| f64::from(p - windows.target(i)));
        errors.map(|e| e * e).sum::<f64>() / windows.len() as f64
    }
}

/// In the order of computation: forwards, then backwards.
fn first_non_finite(
    states: Sequence<'_>,
    prediction: Var<'_>,
    loss: Var<'_>,
    params: &Params,
    grads: &Gradients,
) -> Result<(), String> {
    let finite = |values: &[f32]| values.iter().all(|x| x.is_finite());
    if finite(&[loss.item()]) && finite(grads.flat()) {
        return Ok(());
    }
    if let Some(t) = (0..states.len()).find(|&t| !states.at(t).with_value(finite)) {
        return Err(format!("the state h_{}", t + 1));
    }
    if !prediction.with_value(finite) {
        return Err("the prediction".into());
    }
    if !finite(&[loss.item()]) {
        let largest = prediction.with_value(|p| p.iter().fold(0f32, |m, p| m.max(p.abs())));
        return Err(format!("the loss (predictions of up to {largest:.1e} have squares beyond f32)"));
    }
    match params.iter().find(|entry| !finite(&grads[entry.param])) {
        Some(entry) => Err(format!("the gradient of {}", entry.name)),
        None => Ok(()),
    }
}

fn finite_weights(params: &Params) -> Result<(), String> {
    if params.flat().iter().all(|w| w.is_finite()) {
        return Ok(());
    }
    let first = params.iter().find(|entry| !entry.values.iter().all(|w| w.is_finite()));
    first.map_or(Ok(()), |entry| Err(format!("the weight {} after its update", entry.name)))
}
