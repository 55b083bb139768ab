//! Vector instructions without `unsafe`: which the machine has ([`Isa`]), and what code may do with a
//! vector of them ([`Vector`]).
//!
//! Two ways to use them. A plain loop over numbers becomes full-width vector code when it is compiled
//! inside [`run`]; that is enough for everything that treats each element alike. A matrix product
//! has to keep its sums in registers, which a compiler can't be trusted with: it is written with
//! [`Vector`].

mod isa;
mod vector;

pub use isa::{Isa, dispatch, limit, run};
pub use vector::{Kernel, One, Vector};
pub(crate) use vector::{OnF32, OnF64};
