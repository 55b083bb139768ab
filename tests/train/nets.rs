//! Data and settings that several of these tests use.

use tapeloop::io::Storable;
use tapeloop::optim::Optimizer;
use tapeloop::train::{Fit, Loss, Model};
use tapeloop::{Array, Params, Real, Shape};

use crate::common::numbers::real;

/// Numbers in [−1, 1).
pub fn numbers<R: Real>(shape: impl Into<Shape>, seed: u64) -> Array<R> {
    let shape = shape.into();
    Array::new(shape, real(shape.len(), seed))
}

/// Whole numbers below `below`, of which every third or so follows another: no pattern that a net has to know.
pub fn below(count: usize, below: usize, seed: usize) -> Vec<usize> {
    (0..count).map(|i| (i * i + 7 * i + i / 3 + seed) % below).collect()
}

/// These rows of an array.
pub fn part<R: Real>(array: &Array<R>, rows: std::ops::Range<usize>) -> Array<R> {
    let each: usize = array.shape().sizes()[1..].iter().product();
    let shape = array.shape().with_size(0, rows.len());
    Array::new(shape, array.data()[rows.start * each..rows.end * each].to_vec())
}

/// Settings without noise: nothing is shuffled, nothing is said.
pub fn fit<'a, R: Real + Storable>(
    loss: Loss,
    optimizer: impl Into<Box<dyn Optimizer<R>>>,
    epochs: usize,
    batch: usize,
) -> Fit<'a, R> {
    let optimizer = optimizer.into();
    Fit { loss, optimizer, epochs, batch, shuffle: false, progress: false, ..Fit::default() }
}

/// All weights.
pub fn weights<R: Real>(model: &Model<R>) -> Vec<R> {
    of(model.params())
}

/// All weights.
pub fn of<R: Real>(params: &Params<R>) -> Vec<R> {
    params.iter().flat_map(|entry| entry.values.to_vec()).collect()
}
