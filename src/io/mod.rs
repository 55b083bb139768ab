//! Files that a training run leaves: weights and checkpoints.
