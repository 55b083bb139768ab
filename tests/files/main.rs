//! Files: checkpoints, and data as they are found on the net.

#[path = "../common/mod.rs"]
mod common;

mod checkpoint;
mod csv;
mod imdb;
mod interrupted;
mod optimizers;
mod params;
mod properties;
mod readers;
mod resume;
