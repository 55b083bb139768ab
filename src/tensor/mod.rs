//! Shapes, storage, and the named weights of a model.

mod arena;
mod array;
mod init;
mod params;
mod shape;

pub(crate) use arena::Arena;
pub use array::Array;
pub use init::Init;
pub use params::{Entry, Gradients, Param, Params};
pub use shape::Shape;
