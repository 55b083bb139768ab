//! Memory: checkpointing.

pub fn print() {}
