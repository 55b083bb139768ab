//! How the work is shared out to threads.

use super::{Given, Sizes};
use crate::kernels::gemm;
use crate::real::Real;

/// Bytes of weights up to which each half of a batch has gradients of its own for them: half an L2 cache, where they are added to
/// block after block.
const OWN_BYTES: usize = 1 << 19;

/// Multiplications, some 60 µs on one core, that take two as long: the other has to be woken first.
const WHILE_WAKING: usize = 1 << 23;

/// Steps of one thread during which the others fall asleep.
const ENOUGH_TO_SLEEP: usize = 16;

/// Rows that half of a batch should have: two tiles of a product.
const HALF: usize = 16;

impl<R: Real> Given<'_, R> {
    /// How many threads are to share the rows. (What isn't packed may be multiplied in another order if rows are fewer, so
    /// they stay together.)
    pub(super) fn threads(&self, transposed: bool) -> usize {
        let Sizes { batch, steps, .. } = self.sizes;
        if self.is_brief(transposed) { 1 } else { gemm::threads(batch * steps * self.u.len()).min(batch) }
    }

    /// Whether products beside the steps, of so many multiplications, are left to the one thread that takes all steps of a single row:
    /// the others sleep meanwhile, and would be awake only when it is done.
    pub(super) fn alone(&self, multiplications: usize) -> bool {
        let Sizes { batch, steps, .. } = self.sizes;
        let one_walks = batch == 1 && steps >= ENOUGH_TO_SLEEP && gemm::threads(self.u.len()) == 1;
        one_walks && multiplications < WHILE_WAKING
    }

    /// Whether backward takes the batch in two halves, each with gradients of its own for the weights, added up at the end: threads then
    /// don't meet until all is done. It depends on sizes only: so must the order of sums.
    pub(super) fn halves(&self) -> bool {
        let weights = size_of_val(self.w) + size_of_val(self.u);
        !self.is_brief(true) && weights <= OWN_BYTES && self.sizes.batch >= 2 * HALF
    }

    /// Whether the halves, if there are any, are worth a thread each.
    pub(super) fn together(&self) -> bool {
        let Sizes { batch, steps, .. } = self.sizes;
        gemm::threads(batch * steps * (self.w.len() + self.u.len())) > 1
    }
}
