//! Data sets, windows, text.

#[path = "../common/mod.rs"]
mod common;

mod characters;
mod data;
mod embedded;
mod keras;
mod tasks;
mod text;
mod vibration;
mod windows;
