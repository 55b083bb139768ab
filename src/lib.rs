//! Backpropagation through time you can read.
#![forbid(unsafe_code)]

pub mod check;
pub mod data;
mod error;
pub mod kernels;
pub mod ops;
#[cfg(feature = "plot")]
pub mod plot;
mod real;
mod tape;
mod tensor;

pub use error::Error;
pub use real::Real;
pub use tape::{Memory, Sequence, Tape, Var};
pub use tensor::{Array, Entry, Gradients, Init, Param, Params, Shape};
