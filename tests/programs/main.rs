//! The examples as their users meet them. (Those whose modules a test takes in are programs of their own beside this one, as is `throughput`, which
//! measures.)

#[path = "../common/mod.rs"]
mod common;

mod bptt_explorer;
mod imdb;
mod mnist;
mod series;
mod tape_picture;
mod vanishing;
mod zoo;
