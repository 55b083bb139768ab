//! The layers of [`nn`](crate::nn) as links of a chain.

mod each;
mod embedding;
mod recurrent;

pub use each::Flatten;

use serde::Serialize;
use serde_json::Value;

/// A description as it is written into files.
fn config(description: &impl Serialize) -> Value {
    serde_json::to_value(description).expect("plain numbers, names and lists")
}
