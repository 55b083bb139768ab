//! Solutions of the exercises of chapter 4, Vanishing and exploding.
