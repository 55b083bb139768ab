//! The tape: records operations as they are computed, and walks them backwards.

mod leaves;
mod lists;
mod losses;
mod math;
mod matrix;
mod memory;
mod operators;
mod print;
mod shaping;
mod sums;
#[allow(clippy::module_inception)]
mod tape;
mod var;

pub use lists::Sequence;
pub use memory::Memory;
pub use tape::Tape;
pub use var::Var;
