//! Solutions of the exercises of chapter 5, LSTM and GRU.
