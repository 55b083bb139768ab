//! The examples as their users meet them.

#[path = "../common/mod.rs"]
mod common;

mod bptt;
mod bptt_explorer;
mod imdb;
mod mnist;
mod series;
mod tape_picture;
mod zoo;
