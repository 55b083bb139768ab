//! Chains of layers, and how they are trained: Keras' habits.
