//! Kernels: products of matrices, functions of vectors, passes.

#[path = "../common/mod.rs"]
mod common;

mod bulk;
mod gemm;
mod gemm_edges;
mod passes;
