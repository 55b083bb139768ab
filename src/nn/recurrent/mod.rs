//! What a cell is, the loop over time, and what is around it: masks, dropout, both directions, stacks.

mod bidirectional;
mod call;
mod cell;
#[allow(clippy::module_inception)]
mod recurrent;
mod run;
mod sequence_layer;
mod stacked;
mod stateful;
mod trajectory;
mod unroll;
mod zoneout;

pub use bidirectional::{Bidirectional, Merge};
pub use call::{Call, Output};
pub use cell::{Cell, State};
pub use recurrent::{Recurrent, Spec};
pub use sequence_layer::{SequenceLayer, SequenceSpec};
pub use stacked::Stacked;
pub use stateful::Stateful;
pub use trajectory::Trajectory;
pub use unroll::{Way, unroll};
pub use zoneout::Zoneout;
