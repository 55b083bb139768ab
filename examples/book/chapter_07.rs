//! Checking gradients.

pub fn print() {}
