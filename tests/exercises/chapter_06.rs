//! Solutions of the exercises of chapter 6, Truncation, state, batches.
