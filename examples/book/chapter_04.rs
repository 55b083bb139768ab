//! Vanishing and exploding.

pub fn print() {}
