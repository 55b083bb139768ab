//! LSTM and GRU.

pub fn print() {}
