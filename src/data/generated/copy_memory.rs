//! The copying memory problem.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Some symbols come first. Say them again, in their order, after a long time.
///
/// ```text
/// input    3 1 4  _ _ _ … _  ?  _ _ _       delay − 1 blanks, then the question
/// target   _ _ _  _ _ _ … _  _  3 1 4
/// ```
///
/// An answer without memory, blanks and then any symbol, has a mean cross-entropy of
/// `length·ln(symbols)/(delay + 2·length)`. (S. Hochreiter & J. Schmidhuber, *Long short-term memory*, 1997; the form is that of M.
/// Arjovsky, A. Shah & Y. Bengio, *Unitary evolution recurrent neural networks*, 2016, section 4.1: 10 of 8 symbols.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyMemory {
    /// How many symbols there are: the ids from 0. Then come the blank, and the question.
    pub symbols: usize,
    /// How many symbols are to be remembered.
    pub length: usize,
    /// The steps from the end of the symbols to the question, at least 1.
    pub delay: usize,
}

/// Sequences of the copying memory problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopySequences {
    /// Ids below `symbols + 2`, `[N, T]`.
    pub inputs: Vec<usize>,
    /// Ids below `symbols + 1`, `[N, T]`: the right answer at each step.
    pub targets: Vec<usize>,
    /// The length of all sequences, `T = delay + 2·length`.
    pub steps: usize,
}

impl CopyMemory {
    /// 10 symbols out of 8.
    pub fn new(delay: usize) -> Self {
        Self { symbols: 8, length: 10, delay }
    }

    /// The id of a blank; that of the question is one more.
    pub fn blank(self) -> usize {
        self.symbols
    }

    /// `count` sequences.
    ///
    /// # Panics
    /// If there are no symbols, or the delay is 0.
    #[track_caller]
    pub fn draw(self, count: usize, seed: u64) -> CopySequences {
        let Self { symbols, length, delay } = self;
        assert!(symbols > 0 && delay > 0, "copy memory: {symbols} symbols, a delay of {delay}");
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let steps = delay + 2 * length;
        let blanks = vec![self.blank(); count * steps];
        let (mut inputs, mut targets) = (blanks.clone(), blanks);
        for (input, target) in inputs.chunks_exact_mut(steps).zip(targets.chunks_exact_mut(steps)) {
            input[..length].fill_with(|| rng.random_range(0..symbols));
            input[length + delay - 1] = self.blank() + 1;
            target[length + delay..].copy_from_slice(&input[..length]);
        }
        CopySequences { inputs, targets, steps }
    }
}
