//! Solutions of the exercises of chapter 8, Memory: checkpointing.
