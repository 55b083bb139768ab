//! Layers and cells.
//!
//! A *description* ([`Lstm`], [`Dense`]) says how large and with which options; `build` adds its
//! weights to a [`Params`](crate::Params) store and returns the layer, which holds handles to them.
//!
//! A [`Cell`] is one time step, written as its equation; [`unroll`] is the loop over time. [`Recurrent`] makes a layer
//! of it: which outputs, which direction, masks, dropout. Where there is an operation that does all steps of a cell at
//! once ([`ops::Recurrence`](crate::ops::Recurrence)), a layer uses it unless told
//! [otherwise](Recurrent::unrolled); both compute the same.

mod activation;
mod cells;
mod dense;
mod dropout;
mod embedding;
mod layer_norm;
mod recurrent;
mod time_distributed;
pub mod zoo;

pub use activation::Activation;
pub use cells::{
    BasicLstm, BasicLstmCell, BasicLstmSpec, Gru, GruCell, GruSpec, Lstm, LstmCell, LstmSpec, LstmState,
    Peepholes, Reset, SimpleRnn, SimpleRnnCell, SimpleRnnSpec,
};
pub use dense::{Dense, DenseLayer};
pub use dropout::Dropout;
pub use embedding::{Embedding, EmbeddingLayer};
pub use layer_norm::{LayerNorm, LayerNormLayer};
pub use recurrent::{
    Bidirectional, Call, Cell, Merge, Output, Recurrent, SequenceLayer, SequenceSpec, Spec, Stacked, State,
    Stateful, Trajectory, Way, Zoneout, unroll,
};
pub use time_distributed::time_distributed;
