//! Which came first?

use std::ops::RangeInclusive;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::data::LabelledSequences;

/// Among many symbols that mean nothing there are two, or three, that are X or Y. In which order did they come?
///
/// A sequence starts with E and ends with B; between them are a, b, c, d at random, and an X or a Y at each of some
/// random positions. The ids: 1 E, 2 B, 3 X, 4 Y, 5 a, 6 b, 7 c, 8 d; 0 is left for padding. The class is the binary number with a
/// digit 0 for each X and 1 for each Y: of two, 0 is X X, 1 is X Y, 2 is Y X, 3 is Y Y. (S. Hochreiter & J. Schmidhuber, *Long
/// short-term memory*, 1997, section 5.6.)
///
/// ```
/// # use tapeloop::data::TemporalOrder;
/// let short = TemporalOrder { lengths: 10..=12, positions: vec![1..=3, 5..=7] };
/// let data = short.draw(100, 0);
/// assert_eq!((data.sequences[0][0], data.sequences[0].last()), (1, Some(&2)));
/// assert!(data.labels.iter().all(|&class| class < 4));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemporalOrder {
    /// The lengths of sequences, all equally likely, E and B included.
    pub lengths: RangeInclusive<usize>,
    /// The steps, counted from 0, at which each of the symbols X or Y can be: one after the other, between E and B.
    pub positions: Vec<RangeInclusive<usize>>,
}

impl TemporalOrder {
    /// The paper's task 6a: 100 to 110 steps, two symbols, four classes.
    pub fn task_6a() -> Self {
        Self { lengths: 100..=110, positions: vec![10..=20, 50..=60] }
    }

    /// The paper's task 6b: 100 to 110 steps, three symbols, eight classes.
    pub fn task_6b() -> Self {
        Self { lengths: 100..=110, positions: vec![10..=20, 33..=43, 66..=76] }
    }

    /// `count` sequences.
    ///
    /// # Panics
    /// If a range is empty, or the positions don't follow each other between the ends of the shortest sequence.
    #[track_caller]
    pub fn draw(&self, count: usize, seed: u64) -> LabelledSequences {
        let (lengths, positions) = (&self.lengths, &self.positions);
        let mut ends = [0].into_iter().chain(positions.iter().map(|range| *range.end()));
        let ordered = positions.iter().all(|range| ends.next() < Some(*range.start()) && !range.is_empty());
        let fit = ends.next().is_some_and(|last| last + 1 < *lengths.start()) && !lengths.is_empty();
        assert!(ordered && fit, "temporal order: positions {positions:?} in sequences of {lengths:?} steps");

        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut data = LabelledSequences::default();
        for _ in 0..count {
            let length = rng.random_range(lengths.clone());
            let mut sequence: Vec<usize> = (0..length).map(|_| rng.random_range(5..=8)).collect();
            (sequence[0], sequence[length - 1]) = (1, 2);
            let mut class = 0;
            for range in positions {
                let y = rng.random_range(0..2);
                sequence[rng.random_range(range.clone())] = 3 + y;
                class = 2 * class + y;
            }
            data.sequences.push(sequence);
            data.labels.push(class);
        }
        data
    }
}
