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
use tapeloop::nn::{Bidirectional, Dense, Gru, Lstm, SimpleRnn};
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
    (epochs, batch, rate): (usize, usize, f64),
) {
    let theirs = baseline(name);
    let ours: Vec<f64> = (0..3)
        .map(|seed| {
            let mut model = net().build(input.clone(), seed).unwrap();
            let mut settings = Fit {
                loss: Loss::CategoricalCrossEntropyLogits,
                optimizer: Adam::pytorch(rate).into(),
                metrics: vec![Metric::Accuracy],
                epochs,
                batch,
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
    check(name, net, &InputShape::sequence(8, 8), [&part(0..1437), &part(1437..1797)], (30, 32, 0.003));
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
    check("japanesevowels_GRU32_varlen", net, &InputShape::sequence(29, 12), data, (60, 32, 0.003));
}

/// 3,000 sentences of reviews, 600 of them to test with. How the baseline made numbers of them isn't known; here 2,000 ids, at
/// most the first 40 of a sentence.
#[test]
#[cfg(feature = "files")]
#[cfg_attr(debug_assertions, ignore = "takes minutes without optimization: cargo test --release")]
fn sentences_with_an_lstm() {
    use tapeloop::data::{ImdbOptions, read_imdb_npz};
    use tapeloop::nn::Embedding;

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/pipeline/uci_imdb_like_pickled.npz");
    let options = ImdbOptions { num_words: Some(2_000), ..ImdbOptions::default() };
    let sets = options.apply(read_imdb_npz(path).unwrap()).unwrap();
    let [train, test] = sets.map(|set| {
        let how =
            Padding { maxlen: Some(40), padding: Side::Post, truncating: Side::Post, ..Padding::default() };
        let padded = pad_sequences(&set.sequences, how);
        let lengths = padded.lengths.clone();
        Dataset::new(Inputs::from(padded).with_lengths(lengths).unwrap(), set.labels).unwrap()
    });
    let net = || Sequential::new().add(Embedding::new(2_000, 32)).add(Lstm::new(32)).add(Dense::new(2));
    check("uci_sentences_emb32_LSTM32", net, &InputShape::tokens(40), [&train, &test], (8, 32, 0.003));
}

/// The BasicMotions data of the UEA archive (the package `aeon` has them) are not ours to pass on:
/// `BASIC_MOTIONS=FOLDER cargo test --release --test training baselines -- --ignored`.
#[test]
#[ignore = "reads BasicMotions_TRAIN.ts and BasicMotions_TEST.ts from the folder BASIC_MOTIONS"]
fn motions_with_an_lstm_in_both_directions() {
    let folder = std::path::PathBuf::from(std::env::var_os("BASIC_MOTIONS").expect("a folder"));
    let read = |file: &str| {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        let (mut x, mut labels) = (Vec::new(), Vec::new());
        for line in text.lines().skip_while(|line| *line != "@data").skip(1) {
            let (channels, label) = line.rsplit_once(':').unwrap();
            let channels: Vec<Vec<f32>> = channels
                .split(':')
                .map(|channel| channel.split(',').map(|x| x.parse().unwrap()).collect())
                .collect();
            x.extend((0..100).flat_map(|t| channels.iter().map(move |channel| channel[t])));
            let classes = ["Standing", "Running", "Walking", "Badminton"];
            labels.push(classes.iter().position(|class| *class == label).unwrap());
        }
        Dataset::new(Array::new([labels.len(), 100, 6], x), labels).unwrap()
    };
    let data = [&read("BasicMotions_TRAIN.ts"), &read("BasicMotions_TEST.ts")];
    let net = || Sequential::new().add(Bidirectional::new(Lstm::new(16))).add(Dense::new(4));
    check("basicmotions_BiLSTM16", net, &InputShape::sequence(100, 6), data, (40, 8, 0.005));
}
