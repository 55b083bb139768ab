//! A recurrence that is linear in its state, over whole sequences: `h_t = a_t⊙h_{t−1} + b_t`, of real or complex numbers.
//!
//! The definition is a loop over time. What makes it fast:
//!
//! 1. **A row at a time.** The `W` numbers of a step lie side by side and don't depend on each other, so the loop over them is
//!    vector code. Complex numbers are two arrays, of real and of imaginary parts, which keeps it so.
//! 2. **Rows of the batch by threads.** They don't meet.
//! 3. **Blocks of time by threads**, where rows are few and long. Over a block, `h` at its end is `P⊙h + S` of the `h` before it, with
//!    `P` the product of its `a`, and `S` its end if it began at 0. Three phases: `P` and `S` of all blocks; from block to block, the
//!    `h` before each; then each block from there. The loop over time is gone but for one term a block, at the price of
//!    reading `a` and `b` twice.
//! 4. **Blocks by shape.** How long they are depends on the shape alone ([`Sizes::new`]), and threads only share them out. So the bits
//!    are the same for any number of threads.
//! 5. **One loop, both ways.** The gradient is a scan, too, towards the other end: `g_t = dy_t + a*_{t+1}⊙g_{t+1}`, with `a*` the conjugate. Only
//!    which `a` belongs to a step differs ([`Scan::adjoint`]).
//! 6. **Constant `a`**: where all steps have the same, `[W]` is enough, which stays in the cache.
//!
//! A block whose `P` overflows turns a state of 0 into NaN, where a loop would leave it 0: this is made for `|a| ≤ 1`.

mod forward;
mod gradient;
mod pieces;

pub use forward::scan;
pub use gradient::{add_to_a, add_to_h_0};
pub use pieces::Sizes;

/// What a scan is given: `P = 1` array of real numbers each, or `P = 2`, real and imaginary parts.
#[derive(Clone, Copy, Debug)]
pub struct Scan<'a, R, const P: usize> {
    /// `B`, `T`, `W`.
    pub sizes: Sizes,
    /// Whether time runs from the last step to the first.
    pub reverse: bool,
    /// Whether step `t` multiplies by the conjugate of the `a` of the step before it.
    pub adjoint: bool,
    /// `a` `[B, T, W]`, or `[W]`, the same for all steps.
    pub a: [&'a [R]; P],
    /// `b` `[B, T, W]`.
    pub b: [&'a [R]; P],
    /// `h` before the first step, `[B, W]`; empty if it is 0.
    pub h_0: [&'a [R]; P],
}

impl<R, const P: usize> Scan<'_, R, P> {
    /// The step before this one, in the order of time.
    #[inline(always)]
    fn before(&self, t: usize) -> Option<usize> {
        if self.reverse { Some(t + 1).filter(|&t| t < self.sizes.steps) } else { t.checked_sub(1) }
    }

    /// Whether there is one `a` for all steps.
    #[inline(always)]
    fn is_constant(&self) -> bool {
        self.a[0].len() == self.sizes.width
    }

    /// What row `row` is multiplied with at step `t`: nothing if there is no such step.
    #[inline(always)]
    fn factor(&self, row: usize, t: usize) -> Option<[&[R]; P]> {
        let t = if self.adjoint { self.before(t)? } else { t };
        let at = if self.is_constant() { 0 } else { self.sizes.at(row, t) };
        Some(self.a.map(|a| &a[at..][..self.sizes.width]))
    }
}
