//! The adding problem.

use std::ops::RangeInclusive;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::real::Real;
use crate::tensor::Array;

/// Each step brings a number and a mark. What is the sum of the two marked numbers?
///
/// The numbers are uniform in [0, 1); one of the first half of a sequence is marked, and one of the second half. An answer that is
/// always 1 has a mean squared error of 1/6. (S. Hochreiter & J. Schmidhuber, *Long short-term memory*, 1997, section 5.4, in
/// the form of M. Arjovsky, A. Shah & Y. Bengio, *Unitary evolution recurrent neural networks*, 2016, section 4.2. The first
/// form has numbers in [−1, 1], both marks in the first half, other marks at both ends, and a target scaled to [0, 1].)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adding {
    /// The lengths of sequences, all equally likely; at least 2.
    pub lengths: RangeInclusive<usize>,
}

/// Sequences of the adding problem, and their sums.
#[derive(Clone, Debug, PartialEq)]
pub struct AddingSequences<R = f32> {
    /// `[N, T, 2]`: at each step the number, and 1 if it is marked or 0; zeros after the end of a sequence. `T` is the greatest
    /// possible length.
    pub x: Array<R>,
    /// The sums, `[N, 1]`.
    pub y: Array<R>,
    /// The length of each sequence, `[N]`.
    pub lengths: Vec<usize>,
}

impl Adding {
    /// `count` sequences.
    ///
    /// # Panics
    /// If the lengths are none, or less than 2.
    #[track_caller]
    pub fn draw<R: Real>(&self, count: usize, seed: u64) -> AddingSequences<R> {
        let (shortest, steps) = (*self.lengths.start(), *self.lengths.end());
        assert!(2 <= shortest && shortest <= steps, "adding: sequences of {shortest} to {steps} steps");
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (mut x, mut y) = (Array::zeros([count, steps, 2]), Array::zeros([count, 1]));
        let rows = x.data_mut().chunks_exact_mut(2 * steps).zip(y.data_mut());
        let lengths = rows.map(|(row, sum)| {
            let length = rng.random_range(self.lengths.clone());
            let marked = [rng.random_range(0..length / 2), rng.random_range(length / 2..length)];
            row.chunks_exact_mut(2).take(length).for_each(|step| step[0] = R::from_f64(rng.random()));
            for t in marked {
                row[2 * t + 1] = R::ONE;
                *sum += row[2 * t];
            }
            length
        });
        let lengths = lengths.collect();
        AddingSequences { x, y, lengths }
    }
}
