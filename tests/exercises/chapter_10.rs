//! Solutions of the exercises of chapter 10, From the textbook loop to the fast kernel.
