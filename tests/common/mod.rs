//! What several integration tests share.
#![allow(dead_code, unreachable_pub)] // each test uses its own part

pub mod case;
pub mod every_cell;
pub mod files;
#[cfg(feature = "files")]
pub mod formats;
pub mod gradients;
pub mod heap;
pub mod layers;
pub mod mistakes;
pub mod numbers;
pub mod operands;
pub mod panics;
pub mod parity;
pub mod products;
pub mod program;
pub mod task;
pub mod truth;
