//! Data: series of numbers, windows over them, and batches of windows.

mod batches;
#[cfg(feature = "csv")]
mod csv;
#[cfg(feature = "files")]
mod files;
mod labelled;
#[cfg(any(feature = "csv", feature = "files"))]
mod open;
mod scaling;
mod series;
mod windows;

pub use batches::Batches;
#[cfg(feature = "files")]
pub use files::{Images, Npz, NumberArray, Values, read_imdb_npz};
pub use labelled::LabelledSequences;
pub use scaling::Scaling;
pub use series::Series;
pub use windows::{Split, Windows};
