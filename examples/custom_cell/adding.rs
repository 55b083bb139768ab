//! The adding problem. Hochreiter & Schmidhuber, *Long short-term memory* (1997), section 5.4.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Each step brings a number in [0, 1) and a mark, 0 or 1. Two numbers are marked: one in the first half of
/// the sequence, one in the second. What is their sum?
#[derive(Clone, Copy)]
pub struct Adding {
    /// The lengths of the sequences.
    pub shortest: usize,
    pub longest: usize,
}

/// Sequences of different lengths, and their sums.
pub struct Batch {
    /// `[B, T, 2]`: at each step a number and its mark. Beyond the end of a sequence every number is marked: an
    /// answer that reads on there is wrong.
    pub x: Vec<f32>,
    /// `[B, 1]`
    pub y: Vec<f32>,
    /// `[B]`
    pub lengths: Vec<usize>,
    /// `T`
    pub steps: usize,
}

impl Adding {
    /// So many sequences.
    pub fn draw(self, rows: usize, rng: &mut ChaCha8Rng) -> Batch {
        let steps = self.longest;
        let mut batch =
            Batch { x: vec![1.0; rows * steps * 2], y: vec![0.0; rows], lengths: vec![0; rows], steps };
        for (row, x) in batch.x.chunks_exact_mut(2 * steps).enumerate() {
            let length = rng.random_range(self.shortest..=self.longest);
            let marked = [rng.random_range(0..length / 2), rng.random_range(length / 2..length)];
            for (t, step) in x.chunks_exact_mut(2).enumerate() {
                step[0] = rng.random();
                if t < length {
                    step[1] = if marked.contains(&t) { 1.0 } else { 0.0 };
                }
            }
            batch.lengths[row] = length;
            batch.y[row] = marked.iter().map(|t| x[2 * t]).sum();
        }
        batch
    }
}

impl Batch {
    pub fn rows(&self) -> usize {
        self.lengths.len()
    }
}

/// Sequences to test with.
pub struct Test {
    batches: Vec<Batch>,
    /// Sequences that are all as long as the longest.
    pub long: Batch,
    /// The mean squared error of always answering 1, which is the mean of all sums. It estimates their variance,
    /// twice that of a number: 2/12.
    pub baseline: f64,
}

impl Test {
    const BATCHES: usize = 20;
    const ROWS: usize = 100;

    pub fn new(task: Adding, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let batches = (0..Self::BATCHES).map(|_| task.draw(Self::ROWS, &mut rng)).collect();
        let long = Adding { shortest: task.longest, ..task }.draw(Self::ROWS, &mut rng);
        let test = Self { batches, long, baseline: 0.0 };
        Self { baseline: test.mse(|_| vec![1.0; Self::ROWS]), ..test }
    }

    /// The mean squared error of these answers.
    pub fn mse(&self, mut answers: impl FnMut(&Batch) -> Vec<f32>) -> f64 {
        let errors = self.batches.iter().flat_map(|batch| {
            let answers = answers(batch);
            batch.y.iter().zip(answers).map(|(y, answer)| f64::from(answer - y))
        });
        errors.map(|e| e * e).sum::<f64>() / (Self::BATCHES * Self::ROWS) as f64
    }
}
