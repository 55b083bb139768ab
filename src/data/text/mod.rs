//! Texts as sequences of numbers: of words, with Keras' rules, or of characters.

mod acl_imdb;
mod characters;
mod imdb;
mod pieces;
mod review_files;
mod tokenizer;
mod vocabulary;
mod words;

pub use acl_imdb::{AclImdb, read_acl_imdb};
pub use characters::Characters;
pub use imdb::ImdbOptions;
pub use pieces::Pieces;
pub use tokenizer::Tokenizer;
