//! Layers and cells.
//!
//! A *description* ([`SimpleRnn`], [`Dense`]) says how large and with which options; `build` adds its
//! weights to a [`Params`](crate::Params) store and returns the layer, which holds handles to them.
//! A [`Cell`] is one time step, written as its equation; [`unroll`] is the loop over time.

mod activation;
mod cell;
mod dense;
mod embedding;
mod recurrent;
mod simple_rnn;
mod unroll;

pub use activation::Activation;
pub use cell::{Cell, State};
pub use dense::{Dense, DenseLayer};
pub use embedding::{Embedding, EmbeddingLayer};
pub use recurrent::Recurrent;
pub use simple_rnn::{SimpleRnn, SimpleRnnCell};
pub use unroll::{Unrolled, unroll};
