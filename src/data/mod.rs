//! Data: series of numbers, windows over them, and batches of windows.

mod batches;
#[cfg(feature = "csv")]
mod csv;
mod labelled;
mod scaling;
mod series;
mod windows;

pub use batches::Batches;
pub use labelled::LabelledSequences;
pub use scaling::Scaling;
pub use series::Series;
pub use windows::{Split, Windows};
