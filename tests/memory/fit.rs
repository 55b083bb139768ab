//! From the second epoch on, `fit` allocates nothing on the heap from batch to batch.
#![cfg(feature = "train")]

use std::sync::{Arc, Mutex};

use crate::common::heap;
use tapeloop::Array;
use tapeloop::data::{Dataset, Inputs, Targets};
use tapeloop::nn::{
    Activation, BasicLstm, Bidirectional, Dense, Dropout, Embedding, Gru, LayerNorm, Lstm, SimpleRnn,
};
use tapeloop::optim::{Adam, Clip, Optimizer, RmsProp, Schedule, Sgd};
use tapeloop::train::{Fit, Flatten, InputShape, Loss, Metric, Rate, Sequential, TerminateOnNan, on_batch};

const N: usize = 22; // batches of 8, 8, 6
const T: usize = 6;
const EPOCHS: usize = 4;

/// Trains in a pool of one thread, and asserts that from the second epoch on nothing is allocated between the end of one batch and
/// that of the next in the same epoch.
#[track_caller]
fn check(what: &str, net: Sequential, input: InputShape, data: &Dataset, settings: Fit<'_>) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let seen = Arc::new(Mutex::new(Vec::with_capacity(100)));
    let note = Arc::clone(&seen);
    let note = on_batch(move |at| note.lock().unwrap().push((at.epoch, heap::allocations())));
    let mut model = net.build(input, 0).unwrap();
    let mut settings = Fit { epochs: EPOCHS, batch: 8, progress: false, ..settings };
    settings.callbacks.push(Box::new(TerminateOnNan));
    settings.callbacks.push(Box::new(note));
    let history = pool.install(|| model.fit(data, &mut settings)).unwrap();
    assert_eq!((history.epochs(), history.stopped()), (EPOCHS, None), "{what}");
    let seen = seen.lock().unwrap();
    assert!(seen[0].1 > 0, "{what}: nothing is allocated at all; does the counter count?");
    for pair in seen.windows(2).filter(|pair| pair[0].0 == pair[1].0 && pair[0].0 > 0) {
        assert_eq!(pair[1].1 - pair[0].1, 0, "{what}: allocations in a batch; all: {seen:?}");
    }
}

fn values(o: usize) -> Dataset {
    let number = |i: usize| (i as f32).sin();
    let x = Array::new([N, T, 3], (0..N * T * 3).map(number).collect());
    Dataset::new(x, Array::new([N, o], (0..N * o).map(number).collect())).unwrap()
}

fn words() -> Inputs {
    Inputs::ids(T, (0..N * T).map(|i| i * i % 50).collect())
}

fn lengths() -> Vec<usize> {
    (0..N).map(|i| i % (T + 1)).collect()
}

fn classes(n: usize) -> Vec<usize> {
    (0..n).map(|i| i % 3).collect()
}

#[test]
fn batches_allocate_nothing() {
    let sequence = || InputShape::sequence(T, 3);
    let sgd: Box<dyn Optimizer<f32>> = Sgd::pytorch(0.01, 0.9).into();
    for optimizer in [sgd, RmsProp::default().into(), Adam::default().into()] {
        let net = Sequential::new()
            .add(SimpleRnn::new(5).return_sequences(true))
            .add(LayerNorm::new())
            .add(Lstm::new(5).dropout(0.1, 0.1).return_sequences(true))
            .add(Dropout::new(0.2))
            .add(Gru::new(4))
            .add(Dense::new(2).activation(Activation::Tanh));
        let metrics = vec![Metric::Mse, Metric::Mae];
        let settings = Fit { optimizer, metrics, clip: Some(Clip::GlobalNorm(1.0)), ..Fit::default() };
        check("numbers", net, sequence(), &values(2), Fit { validation_split: 0.2, ..settings });
    }

    let loss = Loss::CategoricalCrossEntropyLogits;
    let metrics = || vec![Metric::Accuracy, Metric::TopK { k: 2 }];
    let data = Dataset::new(words(), classes(N)).unwrap();
    let net = Sequential::new()
        .add(Embedding::new(50, 4).mask_zero(true))
        .add(Bidirectional::new(Gru::new(4).return_sequences(true)))
        .add(Lstm::new(4))
        .add(Dense::new(3));
    let schedule = Schedule::Cosine { lr: 0.01, floor: 0.001, steps: 9 }.after_warmup(0.0, 3);
    let settings = Fit { loss, metrics: metrics(), rate: Rate::Steps(schedule), ..Fit::default() };
    check("words", net, InputShape::tokens(T), &data, settings);

    let data =
        Dataset::new(words().with_lengths(lengths()).unwrap(), Targets::class_per_step(T, classes(N * T)));
    let net = Sequential::new()
        .add(Embedding::new(50, 4))
        .add(BasicLstm::new(4).return_sequences(true).go_backwards(true))
        .add(Dense::new(3));
    let settings = Fit { loss, metrics: metrics(), ..Fit::default() };
    check("lengths", net, InputShape::tokens(T), &data.unwrap(), settings);

    let x = Inputs::bytes(T, 3, (0..N * T * 3).map(|i| i as u8).collect(), 0.01);
    let net =
        Sequential::new().add(Dense::new(2)).add(Flatten).add(Dense::new(1).activation(Activation::Sigmoid));
    let metrics = vec![Metric::BinaryAccuracy { threshold: 0.5 }];
    let settings = Fit { loss: Loss::BinaryCrossEntropy, metrics, ..Fit::default() };
    let data = Dataset::new(x, (0..N).map(|i| i % 2).collect::<Vec<_>>()).unwrap();
    check("bytes", net, sequence(), &data, settings);
}

/// The states that pieces hand on are kept in place.
#[test]
fn pieces_and_kept_states_allocate_nothing() {
    let inputs = words().with_lengths(lengths()).unwrap();
    let data = Dataset::new(inputs, Targets::class_per_step(T, classes(N * T))).unwrap();
    let net = || {
        let lstm = Lstm::new(4).return_sequences(true);
        Sequential::new()
            .add(Embedding::new(50, 4))
            .add(lstm)
            .add(Gru::new(3).return_sequences(true))
            .add(Dense::new(3))
    };
    let loss = Loss::CategoricalCrossEntropyLogits;
    check("pieces", net(), InputShape::tokens(T), &data, Fit { loss, truncate: Some(4), ..Fit::default() });

    let ids = Inputs::ids(T, (0..24 * T).map(|i| i * i % 50).collect());
    let data = Dataset::new(ids, Targets::class_per_step(T, classes(24 * T))).unwrap();
    let settings = Fit { loss, shuffle: false, ..Fit::default() };
    check("stateful", net().stateful(true), InputShape::tokens(T), &data, settings);
}
