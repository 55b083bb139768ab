//! Shapes, storage, and the named weights of a model.

mod arena;
mod array;
mod constant;
mod entry;
mod gradients;
mod init;
mod params;
mod shape;
mod touched;

pub(crate) use arena::Arena;
pub use array::Array;
pub(crate) use constant::Constant;
pub use entry::Entry;
pub use gradients::Gradients;
pub use init::Init;
pub use params::{Param, Params};
pub(crate) use shape::MAX_RANK;
pub use shape::Shape;
