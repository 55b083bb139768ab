//! Small real data: as good as PyTorch. `tests/cases/e2e/BASELINES_torch.json` has its test accuracies for three seeds each.
//!
//! Our seeds and initial weights (Keras' defaults) are others, so the numbers are, too. They are the same in each run, so a
//! bound can't be missed by chance.
#![cfg(feature = "train")]

use std::fs;

use tapeloop::Array;
use tapeloop::data::{
    Dataset, Inputs, LabelledSequences, Padding, Side, digits, japanese_vowels, pad_sequences,
};
use tapeloop::nn::{Dense, Gru, Lstm, SimpleRnn};
use tapeloop::optim::Adam;
use tapeloop::train::{Describe, Fit, InputShape, Loss, Metric, Sequential};

/// PyTorch's test accuracies.
fn baseline(name: &str) -> Vec<f64> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/e2e/BASELINES_torch.json");
    let all: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let seeds = all[name]["test_accuracy_3_seeds"].as_array().expect(name);
    seeds.iter().map(|accuracy| accuracy.as_f64().unwrap()).collect()
}

/// The test accuracy after training, with three seeds: their mean is at least the worst of PyTorch's, and the best of them at
/// least PyTorch's mean.
fn check(
    name: &str,
    net: impl Fn() -> Sequential,
    input: &InputShape,
    [train, test]: [&Dataset; 2],
    epochs: usize,
) {
    let theirs = baseline(name);
    let ours: Vec<f64> = (0..3)
        .map(|seed| {
            let mut model = net().build(input.clone(), seed).unwrap();
            let mut settings = Fit {
                loss: Loss::CategoricalCrossEntropyLogits,
                optimizer: Adam::pytorch(0.003).into(),
                metrics: vec![Metric::Accuracy],
                epochs,
                seed,
                progress: false,
                ..Fit::default()
            };
            model.fit(train, &mut settings).unwrap();
            model.evaluate(test, &settings).unwrap().metrics[0]
        })
        .collect();
    println!("{name}: {ours:.3?}; PyTorch {theirs:.3?}");
    let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
    let extreme = |all: &[f64], pick: fn(f64, f64) -> f64| all.iter().copied().reduce(pick).unwrap();
    assert!(mean(&ours) >= extreme(&theirs, f64::min), "{name}: {ours:?}, PyTorch {theirs:?}");
    assert!(extreme(&ours, f64::max) >= mean(&theirs), "{name}: {ours:?}, PyTorch {theirs:?}");
}

/// Images as sequences of 8 rows: the first 1,437 to train with, the last 360 to test with.
fn check_digits(name: &str, layer: &(impl Describe<f32> + Clone + 'static)) {
    let all = digits();
    let part = |rows: std::ops::Range<usize>| {
        let pixels = all.pixels[rows.start * 64..rows.end * 64].to_vec();
        Dataset::new(Inputs::bytes(8, 8, pixels, 1.0 / 16.0), all.labels[rows].to_vec()).unwrap()
    };
    let net = || Sequential::new().add(layer.clone()).add(Dense::new(10));
    check(name, net, &InputShape::sequence(8, 8), [&part(0..1437), &part(1437..1797)], 30);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes without optimization: cargo test --release")]
fn digits_by_rows_with_a_simple_rnn() {
    check_digits("digits8x8_RNN32_rows", &SimpleRnn::new(32));
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes without optimization: cargo test --release")]
fn digits_by_rows_with_an_lstm() {
    check_digits("digits8x8_LSTM32_rows", &Lstm::new(32));
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes without optimization: cargo test --release")]
fn digits_by_rows_with_a_gru() {
    check_digits("digits8x8_GRU32_rows", &Gru::new(32));
}

/// Sequences of different lengths, filled up behind their ends.
fn padded(data: &LabelledSequences<[f64; 12]>, steps: usize) -> Dataset {
    let how = Padding { maxlen: Some(steps), padding: Side::Post, ..Padding::default() };
    let padded = pad_sequences(&data.sequences, how);
    let x: Vec<f32> = padded.values.as_flattened().iter().map(|&x| x as f32).collect();
    let inputs = Inputs::from(Array::new([data.sequences.len(), steps, 12], x));
    Dataset::new(inputs.with_lengths(padded.lengths).unwrap(), data.labels.clone()).unwrap()
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes without optimization: cargo test --release")]
fn vowels_of_different_lengths_with_a_gru() {
    let vowels = japanese_vowels();
    let net = || Sequential::new().add(Gru::new(32)).add(Dense::new(9));
    let data = [&padded(&vowels.train, 29), &padded(&vowels.test, 29)];
    check("japanesevowels_GRU32_varlen", net, &InputShape::sequence(29, 12), data, 60);
}
