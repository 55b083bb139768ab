//! Data that are computed: as many as you like, with known rules.

mod vibration;

pub use vibration::{Modulation, Vibration};
