//! Every cell of the crate: gradients, forward mode, ways to a gradient, traces, graphs, diagrams. One program, for the compiler makes each cell's code
//! once for each program.

#[path = "../common/mod.rs"]
mod common;

mod bptt;
mod cases;
mod clocks;
mod diagram;
mod docs;
mod forward_mode;
mod gradients;
mod graph;
mod jacobian;
mod laws;
mod scan;
mod trace;
