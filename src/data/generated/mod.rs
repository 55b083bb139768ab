//! Data that are computed: as many as you like, with known rules.

mod adding;
mod copy_memory;
mod temporal_order;
mod vibration;

pub use adding::{Adding, AddingSequences};
pub use copy_memory::{CopyMemory, CopySequences};
pub use temporal_order::TemporalOrder;
pub use vibration::{Modulation, Vibration};
