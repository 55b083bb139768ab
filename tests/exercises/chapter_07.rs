//! Solutions of the exercises of chapter 7, Checking gradients.
