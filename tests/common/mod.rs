//! What several integration tests share.
#![allow(dead_code)] // each test uses its own part

pub mod case;
