//! From the textbook loop to the fast kernel.

pub fn print() {}
