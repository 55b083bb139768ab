//! One cell's training, the same for all.

use std::time::{Duration, Instant};

use tapeloop::nn::{Recurrent, Spec, Stateful, zoo};
use tapeloop::optim::{Adam, Clip, Optimizer};
use tapeloop::{Memory, Params, Tape};

use crate::args::Args;
use crate::net::{Net, loss, right};
use crate::progress::Progress;
use crate::reach::reach;
use crate::results::{Entry, Run};
use crate::sample;
use crate::task::{Solved, Task};

/// How often it is looked how far a cell is.
const EVERY: usize = 50;

/// All cells, one after the other.
pub struct Race<'a> {
    args: &'a Args,
    task: &'a Task,
    progress: Progress,
    entries: Vec<Entry>,
}

impl<'a> Race<'a> {
    pub fn new(args: &'a Args, task: &'a Task) -> Self {
        let progress = Progress::new(args.count() * args.seeds * args.steps);
        Self { args, task, progress, entries: Vec::new() }
    }

    pub fn finish(self) -> Vec<Entry> {
        self.progress.finish();
        self.entries
    }
}

impl zoo::Visit for Race<'_> {
    fn visit<S: Spec + Copy + 'static>(&mut self, name: &'static str, layer: Recurrent<S>)
    where
        S::Cell: 'static,
    {
        if !self.args.takes(name) {
            return;
        }
        let (mut runs, first) = (Vec::new(), self.args.seed);
        for seed in (0..self.args.seeds as u64).map(|more| first.wrapping_add(more)) {
            let mut params = Params::new(seed);
            let each_step = (self.task.batch)(seed, 0).answers.at_each_step();
            let net = Net::new(layer, &mut params, self.task, each_step);
            let before = (self.entries.len() * self.args.seeds + runs.len()) * self.args.steps;
            let training = Training { race: self, net, params, seed, memory: Memory::new() };
            runs.push(Run { reach: reach(layer, self.task, seed), ..training.run(before) });
        }
        let entry = Entry { name, runs };
        self.progress.line(entry.sentence(self.task));
        self.entries.push(entry);
    }
}

/// One net in training.
struct Training<'a> {
    race: &'a Race<'a>,
    net: Net,
    params: Params,
    seed: u64,
    memory: Memory,
}

impl Training<'_> {
    /// Trains the net; so many steps of the race are done before.
    fn run(mut self, before: usize) -> Run {
        let Race { args, task, progress, .. } = self.race;
        let (test, mut run) = ((task.test)(self.seed), Run::new(self.params.count()));
        let (mut grads, mut adam) = (self.params.zero_gradients(), Adam::pytorch(args.lr));
        let (mut kept, mut taken) = (Stateful::new(), Duration::ZERO);
        for step in 1..=args.steps {
            let clock = Instant::now();
            let batch = (task.batch)(self.seed, step - 1);
            let tape = Tape::new(&self.params, std::mem::take(&mut self.memory));
            let answers = self.net.answers(&tape, &batch, Some(step as u64), &mut kept);
            let loss = loss(answers, &batch.answers);
            grads.zero();
            tape.backward(loss, &mut grads);
            let loss = loss.item();
            self.memory = tape.into_memory();
            Clip::GlobalNorm(1.0).apply(&self.params, &mut grads);
            adam.step(&mut self.params, &grads);
            taken += clock.elapsed();

            progress.step(before + step, loss);
            run.rate = step as f64 / taken.as_secs_f64();
            let look = step.is_multiple_of(EVERY) || step == args.steps;
            let measured = if look { self.measure(&test) } else { (f64::from(loss), None) };
            if !loss.is_finite() || !measured.0.is_finite() {
                (run.failed, run.loss, run.accuracy) = (Some(step), f64::NAN, None);
                return run;
            }
            if look {
                (run.loss, run.accuracy) = measured;
                run.curve.push((step as f64, run.loss));
                run.solved = run.solved.or_else(|| solves(task, &run).then_some(step));
            }
        }
        run.sample = sample::ask(args, task, &self.net, &self.params, self.seed);
        run
    }

    /// The loss, in the task's unit, and the share of right answers where there are right ones.
    fn measure(&mut self, test: &[crate::task::Batch]) -> (f64, Option<f64>) {
        let (mut kept, mut sum, mut hits, mut all) = (Stateful::new(), 0.0, 0, 0);
        for batch in test {
            let tape = Tape::without_gradients(&self.params, std::mem::take(&mut self.memory));
            let answers = self.net.answers(&tape, batch, None, &mut kept);
            sum += f64::from(loss(answers, &batch.answers).item());
            if let Some([right, of]) = right(answers, &batch.answers) {
                (hits, all) = (hits + right, all + of);
            }
            self.memory = tape.into_memory();
        }
        let (_, unit) = self.race.task.loss;
        (unit * sum / test.len() as f64, (all > 0).then(|| hits as f64 / all as f64))
    }
}

fn solves(task: &Task, run: &Run) -> bool {
    match task.solved {
        Solved::Loss(least) => run.loss < least,
        Solved::Accuracy(least) => run.accuracy.is_some_and(|accuracy| accuracy >= least),
    }
}
