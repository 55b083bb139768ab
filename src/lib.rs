//! Backpropagation through time you can read.
#![forbid(unsafe_code)]

pub mod check;
pub mod kernels;
pub mod nn;
pub mod ops;
mod real;
mod tape;
mod tensor;

pub use real::Real;
pub use tape::{Memory, Sequence, Tape, Var};
pub use tensor::{Array, Entry, Gradients, Init, Param, Params, Shape};
