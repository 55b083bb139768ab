//! The tape.

pub fn print() {}
