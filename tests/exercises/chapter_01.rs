//! Solutions of the exercises of chapter 1, One gradient by hand.
