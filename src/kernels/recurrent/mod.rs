//! Recurrences over whole sequences: forward in time, and backpropagation through time by hand.
//!
//! ```text
//! for some rows of the batch, on each thread
//!     for a block of steps           some hundred rows of x: what belongs to them stays in the cache
//!         a = x·W                    one product: the inputs of all steps are known
//!         for t in the block
//!             a_t += h_{t−1}·U       U packed once
//!             h_t = f(a_t + b, …)    the formulas of the gates, unit by unit
//! ```
//!
//! Backward is the chain rule of that, last line first:
//!
//! ```text
//! for each half of the batch, or, if weights are large or rows few, for all of it
//!     for a block of steps, the last one first
//!         for some rows of it, on each thread
//!             for t in the block, the last one first
//!                 dh_t += dy_t           what the rest of the net wants of h_t
//!                 da_t = f'·dh_t
//!                 dh_{t−1} += da_t·Uᵀ    Uᵀ packed once
//!         dU += Σ_t h_{t−1}ᵀ·da_t        each of these one product of the rows of the block
//!         dW += xᵀ·da
//!         dx += da·Wᵀ
//!         db += Σ da
//! dU, dW, db: of halves, the sums of both
//! ```
//!
//! The tricks, with what each bought (`f32`, AVX-512, two threads unless it says one; `docs/performance.md` has more):
//!
//! 1. **The inputs of many steps in one product** (`input.rs`): `x·W` is as fast as any large product, 90 % of the peak, where step by step it
//!    would be a product of `B` rows. With 2: 1.45 to 4.2 times as fast as the steps one by one.
//! 2. **`U` packed once** (`weights.rs`), and its transpose once, for all steps; not at all where they are few: packing then took longer than the steps
//!    (2.2 times as long for one step of 512 units; signal's step 180 → 145 µs). On a tape without gradients weights stay packed from call to call, until
//!    they change: 2 to 3 % of a forward pass.
//! 3. **A thread takes its rows of the batch through all steps** (`rows.rs`): nobody waits within the loop over time. 1.9 times one thread's speed.
//!    Backward, threads would meet after every block, for the gradients of the weights. Where these are small, each half of the batch has its own, and
//!    goes all the way back with what it has in its cache (`backward.rs`, `walk.rs`): 3 to 9 % with two threads; one thread loses 1 to 4 %.
//! 4. **Time in blocks** (`blocks.rs`): sums and `∂L/∂a` of some hundred rows stay in L2 from one line above to the next, instead of going to memory and
//!    back. One thread: LSTM (128, 100, 64, 64) 21.6 → 15.8 ms, (64, 50, 512, 512) 220 → 198.
//! 5. **Gates in one pass, unit by unit** (`units.rs`): all formulas of a unit in registers, one read and one write per number, vectors by the compiler. 3 to 6 % of the
//!    time of a large LSTM are left for them. (In the product's epilogue, while a tile is in registers, they could save a part of that, 3 of the 88 ms of an LSTM (64, 50, 512, 512) at most: not tried.)
//! 6. **The gradients of the weights as one product over the rows of a block** (`gradient.rs`), not one for every step, which would read and write them `T` times.
//!    `∂L/∂U` first: it is the one that was cleared last and may be in the cache (4 % at `T` = 1).
//! 7. **Nothing written twice**: `h` where the output is, gates where the sums were (`forward.rs`). With 4, 1.47 → 1.23 times the memory that there must be.
//! 8. **The last vector of a row begins earlier** instead of the last units going one by one (`units.rs`). Forward, 10 units: LSTM 1.34 times as fast, 31 units 1.6.
//! 9. **Short rows sent for early**, where forward will write and where backward will read (`ahead.rs`): (128, 100, 64, 64) LSTM 4 % and 3 to 5, GRU 2 to 3 and 1 to 4.
//!
//! `W` and `U` are what layers call `w_ih` and `w_hh`. Where `h_t` depends on `h_{t−1}` in another way, too (a GRU keeps a part of
//! it), that part of `dh_{t−1}` is there before the product is added; and the `c` of an LSTM is led through time beside `h`.
//! What `U` multiplies at a step is called `read`: mostly `h_{t−1}`, after dropout if there is any.
//!
//! What differs between an Elman network, an LSTM and a GRU is a [`Step`]: the formulas of one row at one step, with
//! their derivatives. The loops are the same, and so is what can be asked of them: steps that are skipped
//! ([`Given::mask`]), dropout of what `U` reads ([`Given::keep`]), the other direction ([`Given::reverse`]).
//!
//! The same nets as equations on the tape are the cells of [`nn`](crate::nn); tests hold the two equal.

mod ahead;
mod backward;
mod blocks;
mod forward;
mod gate_order;
mod given;
mod gradient;
mod gru;
mod gru_reset_before;
mod input;
mod lstm;
mod read;
mod rows;
mod simple_rnn;
mod step;
mod threads;
mod units;
mod walk;
mod weights;

pub use backward::{Left, backward};
pub use forward::forward;
pub use gate_order::GateOrder;
pub use given::{Given, Sizes};
pub use gradient::Wanted;
pub use gru::Gru;
pub use gru_reset_before::GruResetBefore;
pub use lstm::Lstm;
pub use simple_rnn::SimpleRnn;
pub use step::{Backward, Columns, Forward, Step};
pub use weights::Origin;

use super::lines::Lines;
use crate::real::Real;
use weights::Weights;

/// Numbers that forward leaves for backward, besides the states.
pub fn saved<R: Real, S: Step<R>>(sizes: Sizes) -> usize {
    S::SAVED * sizes.units()
}

/// Memory to work in, which a recurrence leaves to the next one.
#[derive(Clone, Debug)]
pub struct Workspace<R> {
    weights: Vec<Weights<R>>,
    numbers: Lines<R>,
}

impl<R: Real> Default for Workspace<R> {
    fn default() -> Self {
        Self { weights: Vec::new(), numbers: Lines::new() }
    }
}

impl<R: Real> Workspace<R> {
    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.weights.iter().map(Weights::bytes).sum::<usize>() + self.numbers.bytes()
    }

    /// So many numbers to work in: whatever they were before.
    pub(crate) fn numbers(&mut self, count: usize) -> &mut [R] {
        self.numbers.at_least(count)
    }
}

/// The first numbers of a slice, taken off it.
fn take<'a, R>(from: &mut &'a mut [R], count: usize) -> &'a mut [R] {
    let (taken, rest) = std::mem::take(from).split_at_mut(count);
    *from = rest;
    taken
}
