//! Data: series of numbers, windows over them, and batches of windows.

mod batches;
#[cfg(feature = "csv")]
mod csv;
mod dataset;
mod embedded;
#[cfg(feature = "files")]
mod files;
mod generated;
mod inputs;
mod labelled;
mod minibatch;
#[cfg(any(feature = "csv", feature = "files"))]
mod open;
mod scaling;
mod series;
mod windows;

pub use batches::Batches;
pub use dataset::{Dataset, Targets};
pub use embedded::{Digits, JapaneseVowels, Sentence, digits, japanese_vowels, sentences};
#[cfg(feature = "files")]
pub use files::{Images, Npz, NumberArray, Values, read_imdb_npz};
pub use generated::{Modulation, Vibration};
pub use inputs::Inputs;
pub use labelled::LabelledSequences;
pub use minibatch::Minibatch;
pub use scaling::Scaling;
pub use series::Series;
pub use windows::{Split, Windows};
