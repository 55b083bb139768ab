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
mod basic_lstm;
mod bidirectional;
mod call;
mod cell;
mod dense;
mod dropout;
mod embedding;
mod fused;
mod gru;
mod gru_cell;
mod layer;
mod layer_norm;
mod lstm;
mod lstm_cell;
mod recurrent;
mod run;
mod simple_rnn;
mod stacked;
mod stateful;
mod time_distributed;
mod trajectory;
mod unroll;
mod zoneout;

pub use activation::Activation;
pub use basic_lstm::{BasicLstm, BasicLstmCell, BasicLstmSpec};
pub use bidirectional::{Bidirectional, Merge};
pub use call::{Call, Output};
pub use cell::{Cell, State};
pub use dense::{Dense, DenseLayer};
pub use dropout::Dropout;
pub use embedding::{Embedding, EmbeddingLayer};
pub use gru::{Gru, GruSpec, Reset};
pub use gru_cell::GruCell;
pub use layer::{SequenceLayer, SequenceSpec};
pub use layer_norm::{LayerNorm, LayerNormLayer};
pub use lstm::{Lstm, LstmSpec};
pub use lstm_cell::{LstmCell, LstmState, Peepholes};
pub use recurrent::{Recurrent, Spec};
pub use simple_rnn::{SimpleRnn, SimpleRnnCell, SimpleRnnSpec};
pub use stacked::Stacked;
pub use stateful::Stateful;
pub use time_distributed::time_distributed;
pub use trajectory::Trajectory;
pub use unroll::{Way, unroll};
pub use zoneout::Zoneout;
