//! Solutions of the exercises of chapter 2, The tape.
