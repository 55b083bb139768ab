//! What several integration tests share.
#![allow(dead_code, unreachable_pub)] // each test uses its own part

pub mod case;
pub mod gradients;
pub mod mistakes;
pub mod numbers;
pub mod parity;
pub mod truth;
