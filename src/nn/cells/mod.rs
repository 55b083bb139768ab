//! The cells: one step each, as its equation; beside it the description of a layer of such cells.

mod basic_lstm;
mod check;
mod fused;
mod gru;
mod gru_cell;
mod lstm;
mod lstm_cell;
mod simple_rnn;
mod simple_rnn_cell;

pub(super) use check::check;

pub use basic_lstm::{BasicLstm, BasicLstmCell, BasicLstmSpec};
pub use gru::{Gru, GruSpec, Reset};
pub use gru_cell::GruCell;
pub use lstm::{Lstm, LstmSpec};
pub use lstm_cell::{LstmCell, LstmState, Peepholes};
pub use simple_rnn::{SimpleRnn, SimpleRnnSpec};
pub use simple_rnn_cell::SimpleRnnCell;

use crate::tensor::Init;

/// What PyTorch fills all weights of a recurrent layer of `H` units with: uniform in `±1/√H`.
fn pytorch_init(units: usize) -> Init {
    let bound = 1.0 / (units.max(1) as f64).sqrt();
    Init::Uniform { low: -bound, high: bound }
}
