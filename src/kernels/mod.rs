//! Loops over slices: slices in, slices out; no shapes, no tape.
//!
//! [`mod@reference`] holds the definitions, as naive loops. The other files compute the same faster, and
//! the tests hold them to the definitions. Results are bitwise the same for any number of threads:
//! threads share out the elements of a result, never the terms of one element's sum.

pub mod bulk;
pub mod columns;
pub mod elementwise;
pub mod gemm;
mod lines;
mod mat;
pub mod math;
pub mod profile;
pub mod recurrent;
pub mod reduce;
pub mod reference;
pub mod scan;
pub mod softmax;
pub mod strided;

pub use mat::{Mat, MatMut};
