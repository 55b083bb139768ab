//! What a task is: sequences, what is to be said of them, and when that is well enough.

pub mod digits;
pub mod memory;
pub mod text;

use tapeloop::Array;
use tapeloop::data::Characters;

/// A task.
pub struct Task {
    /// One sentence.
    pub about: String,
    /// When it is solved, in words.
    pub goal: &'static str,
    pub solved: Solved,
    /// `I`: numbers of a step.
    pub inputs: usize,
    /// `O`: numbers of an answer.
    pub outputs: usize,
    /// The batch of a seed and a step, counted from 0.
    pub batch: Box<dyn Fn(u64, usize) -> Batch>,
    /// What is never trained with, for a seed.
    pub test: Box<dyn Fn(u64) -> Vec<Batch>>,
    /// The loss of the best answer that needs no memory, in the unit of `loss`.
    pub baseline: f64,
    /// What the loss is called, and by what it is multiplied.
    pub loss: (&'static str, f64),
    /// The characters, where answers are characters that can be read on.
    pub characters: Option<Characters>,
}

/// What makes a task solved.
#[derive(Clone, Copy)]
pub enum Solved {
    /// A loss below this, in the task's unit.
    Loss(f64),
    /// A share of right answers of at least this.
    Accuracy(f64),
}

/// Some sequences.
pub struct Batch {
    /// `[B, T, I]`
    pub x: Array,
    /// The lengths of the sequences, where they differ.
    pub lengths: Option<Vec<usize>>,
    pub answers: Answers,
    /// Whether they go on where those of the batch before ended.
    pub goes_on: bool,
}

/// What is to be said.
pub enum Answers {
    /// A number at the end, `[B, 1]`.
    Number(Array),
    /// A class at the end, `[B]`.
    Class(Vec<usize>),
    /// A class at each step, `[B, T]`.
    Classes(Vec<usize>),
}

impl Answers {
    /// Whether there is one at each step.
    pub fn at_each_step(&self) -> bool {
        matches!(self, Self::Classes(_))
    }
}

impl Batch {
    /// Sequences that begin anew, all equally long.
    fn new(x: Array, answers: Answers) -> Self {
        Self { x, lengths: None, answers, goes_on: false }
    }
}

/// Sequences to test with, in batches.
const TEST: usize = 256;

/// A seed for the batch of a step: another one for each.
fn seed_of(seed: u64, step: usize) -> u64 {
    seed.wrapping_mul(1 << 32).wrapping_add(step as u64)
}

/// Batches to test with, drawn from seeds that no training batch has.
fn tests(seed: u64, batch: usize, draw: impl Fn(usize, u64) -> Batch) -> Vec<Batch> {
    let rows = batch.min(TEST);
    (0..TEST / rows).map(|number| draw(rows, !seed_of(seed, number))).collect()
}

/// `[B, T, I]`: a 1 at each id.
pub fn one_hot(ids: &[usize], [batch, steps, inputs]: [usize; 3]) -> Array {
    let mut x = Array::zeros([batch, steps, inputs]);
    x.data_mut().chunks_exact_mut(inputs).zip(ids).for_each(|(step, &id)| step[id] = 1.0);
    x
}
