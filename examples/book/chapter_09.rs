//! Forward mode, RTRL.

pub fn print() {}
