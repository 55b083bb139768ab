//! The tape: records operations as they are computed, and walks them backwards.

mod anomaly;
mod backward;
mod dot;
mod fold;
mod graph;
mod history;
mod jacobian;
mod leaves;
mod lists;
mod losses;
mod math;
mod matrix;
mod memory;
mod operators;
mod print;
mod scan;
mod sequence;
mod shaping;
mod sums;
#[allow(clippy::module_inception)]
mod tape;
mod trace;
mod var;

pub use anomaly::{Anomaly, Direction};
pub use graph::{Graph, GraphEdge, GraphNode, NodeKind};
pub use memory::Memory;
pub(crate) use sequence::Sequences;
pub use sequence::{Sequence, SequenceBuilder};
pub use tape::Tape;
pub use trace::Trace;
pub use var::Var;
