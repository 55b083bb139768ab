//! Layers: those over sequences, and the others.

#[path = "../common/mod.rs"]
mod common;

mod cases;
mod dropout;
mod init;
mod kept_weights;
mod other;
mod recurrent;
mod recurrent_calls;
mod recurrent_cases;
mod recurrent_errors;
mod rnn;
