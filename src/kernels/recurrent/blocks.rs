//! Time in blocks of some steps.

use std::ops::Range;

use rayon::prelude::*;

use super::{Given, Sizes, Step};
use crate::kernels::elementwise;
use crate::real::Real;

/// Bytes that belong to the rows of a block, a row for each sequence and step: an L2 cache. They should still be there from one line
/// of the algorithm to the next.
const BYTES: usize = 1 << 20;

/// Rows that a block has at least, however long they are: the gradients of the weights are read and written once for each block,
/// which should not take longer than the products.
const ROWS: usize = 320;

/// Numbers that a thread should have to add.
const PER_THREAD: usize = 1 << 14;

/// The steps of a sequence as blocks whose lengths differ by at most one.
#[derive(Clone, Copy, Debug)]
pub struct Blocks {
    steps: usize,
    count: usize,
    reverse: bool,
}

impl<R: Real> Given<'_, R> {
    /// Blocks for so many sequences, which walk through time together.
    pub(super) fn blocks<S: Step<R>>(&self, batch: usize) -> Blocks {
        let Sizes { steps, inputs, hidden, .. } = self.sizes;
        // The sums, what U reads, x, and its copy, whose place ∂L/∂x takes.
        let numbers = (S::SUMS + S::RECURRENT.len()) * hidden + 2 * inputs;
        let rows = (BYTES / size_of::<R>() / numbers.max(1)).max(ROWS);
        // A little too much for one block is better than two halves.
        let count = if batch * steps <= rows + rows / 2 { 1 } else { steps.div_ceil((rows / batch).max(1)) };
        Blocks { steps, count, reverse: self.reverse }
    }

    /// The steps of a block in the order of time.
    pub(super) fn steps(&self, block: &Range<usize>) -> impl DoubleEndedIterator<Item = usize> + use<R> {
        let (Range { start, end }, reverse) = (block.clone(), self.reverse);
        (start..end).map(move |t| if reverse { start + end - 1 - t } else { t })
    }
}

impl Blocks {
    /// Whether all steps are one block.
    pub fn is_one(self) -> bool {
        self.count == 1
    }

    /// The most steps that a block has.
    pub fn longest(self) -> usize {
        self.steps.div_ceil(self.count)
    }

    /// The blocks in the order of time.
    pub fn in_order(self) -> impl DoubleEndedIterator<Item = Range<usize>> {
        let Self { steps, count, reverse } = self;
        (0..count).map(move |i| {
            let block = if reverse { count - 1 - i } else { i };
            steps * block / count..steps * (block + 1) / count
        })
    }
}

/// Copies some rows' steps of a block out of `all` `[B, T, width]`, side by side: `[rows, steps of the block, width]`.
pub fn gather<R: Real>(all: &[R], steps: usize, block: &Range<usize>, width: usize, to: &mut [R]) {
    let sequences = all.chunks_exact((steps * width).max(1));
    for (to, all) in to.chunks_exact_mut((block.len() * width).max(1)).zip(sequences) {
        to.copy_from_slice(&all[block.start * width..block.end * width]);
    }
}

/// The opposite: adds what lies side by side to where it belongs in `all`; if `alone`, on this thread, the others being busy.
pub fn add_back<R: Real>(
    from: &[R],
    block: &Range<usize>,
    width: usize,
    all: &mut [R],
    steps: usize,
    alone: bool,
) {
    let sequences = all.par_chunks_exact_mut((steps * width).max(1));
    let from = from.par_chunks_exact((block.len() * width).max(1));
    let inside = rayon::current_thread_index().is_some() && !alone;
    let fewest = if inside { PER_THREAD / (block.len() * width).max(1) + 1 } else { usize::MAX };
    sequences.zip(from).with_min_len(fewest).for_each(|(all, from)| {
        elementwise::add_map(from, &mut all[block.start * width..block.end * width], |x| x);
    });
}
