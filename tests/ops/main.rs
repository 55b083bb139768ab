//! Operations and the tape: values, gradients, edges, messages.

#[path = "../common/mod.rs"]
mod common;

mod dual;
mod edges;
mod embedding;
mod forward_mode;
mod gradcheck;
mod gradients;
mod keras_losses;
mod losses;
mod shape_errors;
mod shaping;
mod sparse_gradients;
mod tape;
mod torch_cases;
mod torch_losses;
