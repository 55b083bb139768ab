//! One gradient by hand.

pub fn print() {}
