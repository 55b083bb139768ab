//! Solutions of the exercises of chapter 9, Forward mode, RTRL.
