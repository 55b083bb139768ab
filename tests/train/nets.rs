//! Data and settings that several of these tests use.

use tapeloop::data::{Dataset, Inputs};
use tapeloop::io::Storable;
use tapeloop::optim::{Optimizer, Sgd};
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

/// Sequences `[N, T, I]` and a row of `O` numbers for each.
pub fn sequences<R: Real>([n, t, i]: [usize; 3], o: usize) -> Dataset<R> {
    Dataset::new(numbers([n, t, i], 1), numbers([n, o], 2)).unwrap()
}

/// Rows of the inputs, with what belongs to them.
pub fn rows<R: Real>(
    data: &Dataset<R>,
    x: &Array<R>,
    y: &Array<R>,
    rows: std::ops::Range<usize>,
) -> Dataset<R> {
    let lengths = data.inputs().lengths().map(|lengths| lengths[rows.clone()].to_vec());
    let inputs = Inputs::from(part(x, rows.clone()));
    let inputs = match lengths {
        Some(lengths) => inputs.with_lengths(lengths).unwrap(),
        None => inputs,
    };
    Dataset::new(inputs, part(y, rows)).unwrap()
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

/// As [`fit`], for one step of plain gradient descent on all rows.
pub fn one_step<'a, R: Real + Storable>(loss: Loss) -> Fit<'a, R> {
    fit(loss, Sgd::new(0.1), 1, usize::MAX)
}

/// All weights.
pub fn weights<R: Real>(model: &Model<R>) -> Vec<R> {
    of(model.params())
}

/// All weights.
pub fn of<R: Real>(params: &Params<R>) -> Vec<R> {
    params.iter().flat_map(|entry| entry.values.to_vec()).collect()
}
