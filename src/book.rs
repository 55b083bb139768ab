//! The book: how backpropagation through time works, chapter by chapter, with the code of this crate.
//!
//! The same text, with pictures and links that lead into the source, is in `docs/book` of the repository, with a map from each equation
//! to its line (`map.md`). All programs in it are tests; its numbers come from `cargo run --release --example book -- CHAPTER`, unless it names another program.

#[doc = include_str!("../docs/book/01-one-gradient-by-hand.md")]
pub mod one_gradient_by_hand {}

#[doc = include_str!("../docs/book/02-the-tape.md")]
pub mod the_tape {}

#[doc = include_str!("../docs/book/03-unrolling.md")]
pub mod unrolling {}

#[doc = include_str!("../docs/book/04-vanishing-and-exploding.md")]
pub mod vanishing_and_exploding {}

#[doc = include_str!("../docs/book/05-lstm-and-gru.md")]
pub mod lstm_and_gru {}

#[doc = include_str!("../docs/book/06-truncation-state-batches.md")]
pub mod truncation_state_batches {}

#[doc = include_str!("../docs/book/07-checking-gradients.md")]
pub mod checking_gradients {}

#[doc = include_str!("../docs/book/08-checkpointing.md")]
pub mod checkpointing {}

#[doc = include_str!("../docs/book/09-forward-mode.md")]
pub mod forward_mode {}

#[doc = include_str!("../docs/book/10-the-fast-kernel.md")]
pub mod the_fast_kernel {}
