//! Data: series of numbers and windows over them, texts, real data sets, and data that are computed.

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
#[cfg(feature = "csv")]
mod limited;
mod minibatch;
mod open;
mod pad;
mod scaling;
mod series;
mod text;
mod window;
mod windows;

pub use batches::Batches;
pub use dataset::{Dataset, Targets};
pub use embedded::{Digits, JapaneseVowels, Sentence, alice, digits, japanese_vowels, sentences};
#[cfg(feature = "files")]
pub use files::{Images, Npz, NumberArray, Values, read_imdb_npz};
pub use generated::{
    Adding, AddingSequences, CopyMemory, CopySequences, Modulation, TemporalOrder, Vibration,
};
pub use inputs::Inputs;
pub use labelled::LabelledSequences;
pub use minibatch::Minibatch;
pub use pad::{Padded, Padding, Side, pad_sequences};
pub use scaling::Scaling;
pub use series::Series;
pub use text::{AclImdb, Characters, ImdbOptions, Pieces, Tokenizer, read_acl_imdb};
pub use window::Window;
pub use windows::{Split, Windows};
