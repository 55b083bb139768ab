//! Unrolling an Elman net.

pub fn print() {}
