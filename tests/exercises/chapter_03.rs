//! Solutions of the exercises of chapter 3, Unrolling an Elman net.
