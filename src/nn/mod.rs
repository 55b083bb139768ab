//! Layers and cells.
//!
//! A *description* ([`SimpleRnn`], [`Dense`]) says how large and with which options; `build` adds its
//! weights to a [`Params`](crate::Params) store and returns the layer, which holds handles to them.
//! A [`Cell`] is one time step, written as its equation; [`unroll`] is the loop over time.

mod activation;
mod cell;
mod dense;
mod dropout;
mod layer_norm;
mod recurrent;
mod simple_rnn;
mod time_distributed;
mod unroll;

pub use activation::Activation;
pub use cell::{Cell, State};
pub use dense::{Dense, DenseLayer};
pub use dropout::Dropout;
pub use layer_norm::{LayerNorm, LayerNormLayer};
pub use recurrent::Recurrent;
pub use simple_rnn::{SimpleRnn, SimpleRnnCell};
pub use time_distributed::time_distributed;
pub use unroll::{Unrolled, unroll};
