//! Texts as sequences of word numbers, with Keras' rules.

mod acl_imdb;
mod imdb;
mod review_files;
mod tokenizer;
mod vocabulary;
mod words;

pub use acl_imdb::{AclImdb, read_acl_imdb};
pub use imdb::ImdbOptions;
pub use tokenizer::Tokenizer;
