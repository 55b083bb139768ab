//! What is taken from the heap, counted for each thread.

#[path = "../common/mod.rs"]
mod common;

mod bptt;
mod checkpoint;
mod data;
mod fit;
mod readers;

#[global_allocator]
static ALLOCATOR: common::heap::Counting = common::heap::Counting;
