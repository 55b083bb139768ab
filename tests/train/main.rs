//! `Sequential` and `fit`: what they compute, against the tape, against Keras, and against what their documentation says;
//! and what they refuse.
#![cfg(feature = "train")]

#[path = "../common/mod.rs"]
mod common;
mod nets;
mod scripted;

mod callbacks;
mod errors;
mod files;
mod keras_callbacks;
mod keras_masks;
mod losses;
mod masks;
mod metrics;
mod stateful;
mod summary;
mod tape;
mod threads;
mod validation;
