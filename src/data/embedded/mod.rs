//! Real data, small and free enough to come with the crate. `docs/data.md` has sources, licences and checksums.

mod alice;
mod digits;
mod sentences;
mod series;
mod vowels;

pub use alice::alice;
pub use digits::{Digits, digits};
pub use sentences::{Sentence, sentences};
pub use vowels::{JapaneseVowels, japanese_vowels};
