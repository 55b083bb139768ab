//! The net, its training, and what it answers.

use std::path::Path;

use tapeloop::data::{Dataset, Series};
use tapeloop::nn::{BasicLstm, Dense};
use tapeloop::optim::Adam;
use tapeloop::train::{Fit, History, InputShape, Model, Sequential, TerminateOnNan};
use tapeloop::{Array, Error, Init};

/// Numbers in a sequence, `T`.
pub const STEPS: usize = 4;

/// Three sequences to train with, and the sum of each number and the one before it.
const TRAIN: [[[f32; STEPS]; 2]; 3] = [
    [[1.0, 2.0, 5.0, 6.0], [1.0, 3.0, 7.0, 11.0]],
    [[5.0, 7.0, 7.0, 8.0], [5.0, 12.0, 14.0, 15.0]],
    [[3.0, 4.0, 5.0, 7.0], [3.0, 7.0, 9.0, 12.0]],
];

/// Two others to test with.
pub const TEST: [[[f32; STEPS]; 2]; 2] =
    [[[1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 5.0, 7.0]], [[4.0, 5.0, 6.0, 7.0], [4.0, 9.0, 11.0, 13.0]]];

/// TF1's initial values: those of its cell, and what the tutorial draws for the read-out, weights and bias alike.
pub fn build(seed: u64) -> Result<Model, Error> {
    let normal = Init::Normal { mean: 0.0, std: 1.0 };
    Sequential::new()
        .add(BasicLstm::new(10).return_sequences(true))
        .add(Dense::new(1).init(normal).bias_init(normal)) // at every step the same
        .build(InputShape::sequence(STEPS, 1), seed)
}

/// The three sequences, or those of a CSV file: in each line four numbers, and what is to be said after each.
pub fn data(file: Option<&Path>) -> Result<Dataset, Error> {
    let Some(file) = file else {
        return Dataset::new(sequences(TRAIN.map(|[x, _]| x)), sequences(TRAIN.map(|[_, y]| y)));
    };
    let columns = (1..=2 * STEPS).map(|column| Series::from_csv(file, Some(&column.to_string())));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let rows = columns[0].values.len();
    let array = |columns: &[Series]| {
        let row = |row: usize| columns.iter().map(move |column| column.values[row] as f32);
        Array::new([rows, STEPS, 1], (0..rows).flat_map(row).collect())
    };
    Dataset::new(array(&columns[..STEPS]), array(&columns[STEPS..]))
}

/// Each step is one on all sequences, but at most 32 of them.
pub fn train(model: &mut Model, data: &Dataset, steps: usize, lr: f64) -> Result<History, Error> {
    let batch = data.len().min(32);
    let mut fit = Fit {
        optimizer: Adam::tf1(lr).into(),
        epochs: steps.div_ceil(data.len().div_ceil(batch)),
        batch,
        callbacks: vec![Box::new(TerminateOnNan)],
        ..Fit::default()
    };
    model.fit(data, &mut fit)
}

/// What the net says of the test sequences.
pub fn answers(model: &mut Model) -> Result<[[f32; STEPS]; 2], Error> {
    let y = model.predict(&sequences(TEST.map(|[x, _]| x)).into())?;
    Ok(std::array::from_fn(|row| std::array::from_fn(|t| y.data()[row * STEPS + t])))
}

/// `[N, 4, 1]`
fn sequences<const N: usize>(rows: [[f32; STEPS]; N]) -> Array {
    Array::new([N, STEPS, 1], rows.concat())
}
