//! Truncation, state, batches.

pub fn print() {}
