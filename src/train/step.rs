//! A step of a training run: forward, loss, backward, and the optimizer.

use std::ops::Range;

use super::Rate;
use super::chain::mix;
use super::loss::counted;
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
            return self.step(rows, None).0;
        };
        self.carried.iter_mut().for_each(Stateful::reset_state);
        let steps = self.data.inputs().shape().sizes()[1];
        let mut mean = Mean::default();
        for start in (0..steps).step_by(piece) {
            let (loss, weight) = self.step(rows.clone(), Some(start..steps.min(start + piece)));
            mean.add(loss, weight);
        }
        if mean.count > 0.0 { mean.value() } else { 0.0 }
    }

    /// A step of the optimizer. Returns the loss before it, and what it counts: the rows, as in Keras; of a piece, the
    /// steps in it that count. Where none does, nothing is learnt.
    pub fn step(&mut self, rows: Range<usize>, steps: Option<Range<usize>>) -> (f64, f64) {
        let Self { model: Model { chain, params, states, memory, grads, batch }, fit, .. } = self;
        let grads = grads.get_or_insert_with(|| params.zero_gradients());
        if let Rate::Steps(schedule) = &fit.rate {
            fit.optimizer.set_lr(schedule.at(fit.optimizer.steps()));
        }
        let (rows, piece) = (&self.order[rows], steps.as_ref().map_or(1, Range::len));
        let (all, cut) = ((rows.len() * piece) as f64, steps.is_some());
        let states = if states.is_empty() { &mut self.carried[..] } else { &mut states[..] };
        match steps {
            None => batch.fill(self.data, rows),
            Some(steps) => batch.fill_steps(self.data, rows, steps),
        }

        let seed = mix(fit.seed, fit.optimizer.steps() as u64);
        let tape = Tape::new(params, std::mem::take(memory));
        let answer = chain.forward(&tape, batch, Some(seed), states);
        let weight = answer.mask.filter(|_| cut).map_or(all, counted);
        if weight == 0.0 {
            *memory = tape.into_memory();
            return (0.0, weight);
        }
        let loss = fit.loss.of(answer.x(), batch, answer.mask);
        grads.zero();
        tape.backward(loss, grads);
        let loss = loss.item().to_f64();
        self.means[0].add(loss, weight);
        for (metric, mean) in fit.metrics.iter().zip(&mut self.means[1..]) {
            metric.update(mean, answer, batch);
        }
        *memory = tape.into_memory();

        if let Some(clip) = &fit.clip {
            clip.apply(params, grads);
        }
        fit.optimizer.step(params, grads);
        (loss, weight)
    }
}
