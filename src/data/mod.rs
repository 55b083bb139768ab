//! Data: series of numbers, windows over them, and batches of windows.

mod batches;
#[cfg(feature = "csv")]
mod csv;
mod embedded;
mod generated;
mod labelled;
#[cfg(feature = "csv")]
mod limited;
mod open;
mod pad;
mod scaling;
mod series;
mod window;
mod windows;

pub use batches::Batches;
pub use embedded::{Digits, JapaneseVowels, Sentence, digits, japanese_vowels, sentences};
pub use generated::{Modulation, Vibration};
pub use labelled::LabelledSequences;
pub use pad::{Padded, Padding, Side, pad_sequences};
pub use scaling::Scaling;
pub use series::Series;
pub use window::Window;
pub use windows::{Split, Windows};
