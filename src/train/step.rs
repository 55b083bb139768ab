//! A step of a training run: forward, loss, backward, and the optimizer.

use std::ops::Range;

use super::Rate;
use super::chain::mix;
use super::metric::Mean;
use super::model::Model;
use super::run::Run;
use crate::io::Storable;
use crate::nn::Stateful;
use crate::real::Real;
use crate::tape::Tape;

impl<R: Real + Storable> Run<'_, '_, R> {
    /// A batch: these places of the order. Returns its loss.
    pub fn batch(&mut self, rows: Range<usize>) -> f64 {
        let Some(piece) = self.fit.truncate else {
            return self.step(rows, None);
        };
        self.carried.iter_mut().for_each(Stateful::reset_state);
        let steps = self.data.inputs().shape().sizes()[1];
        let mut mean = Mean::default();
        for start in (0..steps).step_by(piece) {
            let piece = start..steps.min(start + piece);
            let weight = piece.len() as f64;
            mean.add(self.step(rows.clone(), Some(piece)), weight);
        }
        mean.value()
    }

    /// A step of the optimizer. Returns the loss before it.
    pub fn step(&mut self, rows: Range<usize>, steps: Option<Range<usize>>) -> f64 {
        let Self { model: Model { chain, params, states, memory, grads, batch }, fit, .. } = self;
        let grads = grads.get_or_insert_with(|| params.zero_gradients());
        if let Rate::Steps(schedule) = &fit.rate {
            fit.optimizer.set_lr(schedule.at(fit.optimizer.steps()));
        }
        let weight = rows.len() * steps.as_ref().map_or(1, Range::len);
        let rows = &self.order[rows];
        let states = if states.is_empty() { &mut self.carried[..] } else { &mut states[..] };
        match steps {
            None => batch.fill(self.data, rows),
            Some(steps) => batch.fill_steps(self.data, rows, steps),
        }

        let seed = mix(fit.seed, fit.optimizer.steps() as u64);
        let tape = Tape::new(params, std::mem::take(memory));
        let answer = chain.forward(&tape, batch, Some(seed), states);
        let loss = fit.loss.of(answer.x(), batch, answer.mask);
        grads.zero();
        tape.backward(loss, grads);
        let loss = loss.item().to_f64();
        self.means[0].add(loss, weight as f64);
        for (metric, mean) in fit.metrics.iter().zip(&mut self.means[1..]) {
            metric.update(mean, answer, batch);
        }
        *memory = tape.into_memory();

        if let Some(clip) = &fit.clip {
            clip.apply(params, grads);
        }
        fit.optimizer.step(params, grads);
        loss
    }
}
