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
mod way;
mod zoneout;

/// Panics unless `0 ≤ p < 1`.
#[track_caller]
fn check_probability(owner: &str, p: f64) {
    assert!((0.0..1.0).contains(&p), "{owner}: the probability is {p}, but must be ≥ 0 and < 1");
}

pub use bidirectional::{Bidirectional, Merge};
pub use call::{Call, Output};
pub use cell::{Cell, State};
pub use recurrent::{Recurrent, Spec};
pub use sequence_layer::{SequenceLayer, SequenceSpec};
pub use stacked::Stacked;
pub use stateful::Stateful;
pub use trajectory::Trajectory;
pub use unroll::unroll;
pub use way::Way;
pub use zoneout::Zoneout;
