//! A `Sequential` net that `fit` trains, and the same net written with the tape and a loop: the same bits.

use std::ops::Range;
use std::sync::mpsc;

use tapeloop::data::{Dataset, Inputs, Targets};
use tapeloop::io::Storable;
use tapeloop::nn::{
    Activation, BasicLstm, Bidirectional, Call, Cell, Dense, Dropout, Embedding, Gru, LayerNorm, Lstm,
    Recurrent, SimpleRnn, Spec,
};
use tapeloop::optim::{Adam, Clip, Optimizer};
use tapeloop::train::{Describe, Fit, Flatten, InputShape, Loss, Sequential, on_batch};
use tapeloop::{Array, Memory, Params, Real, Tape, Var};

use crate::common::numbers::all_same;
use crate::nets::{below, fit, numbers, part, weights};

const SEED: u64 = 5;
const EPOCHS: usize = 3;
const BATCH: usize = 4;

/// What `fit` makes of the net: the loss of each batch, and the weights.
fn by_fit<R: Real + Storable>(
    net: Sequential<R>,
    input: InputShape,
    data: &Dataset<R>,
    settings: Fit<'_, R>,
) -> (Vec<f64>, Vec<R>) {
    let mut model = net.build(input, SEED).unwrap();
    let (send, losses) = mpsc::channel();
    let mut settings = settings;
    settings.callbacks.push(Box::new(on_batch(move |at| send.send(at.loss).unwrap())));
    let history = model.fit(data, &mut settings).unwrap();
    drop(settings);
    assert_eq!(history.epochs(), EPOCHS);
    (losses.iter().collect(), weights(&model))
}

/// The same by hand. `loss` is that of some rows.
fn by_hand<R: Real + Storable>(
    mut params: Params<R>,
    n: usize,
    loss: impl for<'t> Fn(&'t Tape<'t, R>, Range<usize>) -> Var<'t, R>,
) -> (Vec<f64>, Vec<R>) {
    let mut grads = params.zero_gradients();
    let mut adam = Adam::keras(0.01);
    let mut losses = Vec::new();
    for _ in 0..EPOCHS {
        for start in (0..n).step_by(BATCH) {
            let tape = Tape::new(&params, Memory::new());
            let loss = loss(&tape, start..n.min(start + BATCH));
            grads.zero();
            tape.backward(loss, &mut grads);
            losses.push(loss.item().to_f64());
            drop(tape);
            Clip::GlobalNorm(0.5).apply(&params, &mut grads);
            adam.step(&mut params, &grads);
        }
    }
    (losses, crate::nets::of(&params))
}

fn settings<R: Real + Storable>(loss: Loss) -> Fit<'static, R> {
    Fit { clip: Some(Clip::GlobalNorm(0.5)), ..fit(loss, Adam::keras(0.01), EPOCHS, BATCH) }
}

#[track_caller]
fn same<R: Real>(what: &str, fit: &(Vec<f64>, Vec<R>), hand: &(Vec<f64>, Vec<R>)) {
    assert!(fit.0.iter().all(|loss| loss.is_finite()) && fit.0[0] != fit.0[1], "{what}");
    all_same(&fit.0, &hand.0, &format!("{what}: losses"));
    all_same(&fit.1, &hand.1, &format!("{what}: weights"));
}

const N: usize = 10; // two batches of 4, and one of 2
const T: usize = 6;
const I: usize = 3;

/// A recurrent layer that returns sequences, another of its kind on it, and a dense one.
fn two_layers<R, S>(layer: Recurrent<S>)
where
    R: Real + Storable,
    S: Spec + Clone,
    S::Cell: Cell,
    Recurrent<S>: Describe<R> + 'static,
{
    let below = layer.clone().return_sequences(true);
    let (x, y) = (numbers::<R>([N, T, I], 1), numbers::<R>([N, 2], 2));
    let net = Sequential::default().add(below.clone()).add(layer.clone()).add(Dense::new(2));
    let data = Dataset::new(x.clone(), y.clone()).unwrap();
    let ours = by_fit(net, InputShape::sequence(T, I), &data, settings(Loss::Mse));

    let mut params = Params::new(SEED);
    let first = below.build(&mut params, "0", I);
    let outputs = layer.cell.outputs();
    let second = layer.build(&mut params, "1", outputs);
    let dense = Dense::new(2).build(&mut params, "2", outputs);
    let hand = by_hand(params, N, |tape, rows| {
        let (x, y) = (part(&x, rows.clone()), part(&y, rows));
        let h = second.forward(first.forward(tape.input(x.shape(), x.data())));
        dense.forward(h).mse(tape.input(y.shape(), y.data()))
    });
    same(std::any::type_name::<S>(), &ours, &hand);
}

#[test]
fn recurrent_layers_are_the_same_bit_for_bit() {
    fn of<R: Real + Storable>() {
        two_layers::<R, _>(SimpleRnn::new(5));
        two_layers::<R, _>(SimpleRnn::pytorch(5).unrolled());
        two_layers::<R, _>(Lstm::new(5));
        two_layers::<R, _>(Lstm::new(6).peepholes(true).projection(5));
        two_layers::<R, _>(Gru::new(5));
        two_layers::<R, _>(BasicLstm::new(5));
        two_layers::<R, _>(BasicLstm::new(5).go_backwards(true));
    }
    of::<f32>();
    of::<f64>();
}

/// Ids of which 0 fills up, both directions, a class for each sequence.
#[test]
fn masked_words_in_both_directions_are_the_same_bit_for_bit() {
    fn of<R: Real + Storable>() {
        let ids: Vec<usize> = below(N * T, 9, 0)
            .iter()
            .enumerate()
            .map(|(i, &id)| if i % T < 3 + i / T % 4 { id } else { 0 })
            .collect();
        let classes = below(N, 3, 1);
        let net = Sequential::default()
            .add(Embedding::new(9, 4).mask_zero(true))
            .add(Bidirectional::new(Gru::new(5).return_sequences(true)))
            .add(LayerNorm::new())
            .add(Lstm::new(4))
            .add(Dense::new(3));
        let inputs = Inputs::ids(T, ids.clone());
        let data = Dataset::<R>::new(inputs, classes.clone()).unwrap();
        let ours = by_fit(net, InputShape::tokens(T), &data, settings(Loss::CategoricalCrossEntropyLogits));

        let mut params = Params::new(SEED);
        let words = Embedding::new(9, 4).mask_zero(true).build(&mut params, "words");
        let gru = Bidirectional::new(Gru::new(5).return_sequences(true)).build(&mut params, "gru", 4);
        let norm = LayerNorm::new().build(&mut params, "norm", [10]);
        let lstm = Lstm::new(4).build(&mut params, "lstm", 10);
        let dense = Dense::new(3).build(&mut params, "dense", 4);
        let hand = by_hand(params, N, |tape, rows| {
            let (shape, ids) = ([rows.len(), T], &ids[rows.start * T..rows.end * T]);
            let mask = words.mask(tape, shape, ids);
            let both = gru.run(words.forward(tape, shape, ids), Call { mask, ..Call::default() });
            let h = norm.forward(gru.merged(both.map(|direction| direction.output)));
            let h = lstm.run(h, Call { mask, ..Call::default() }).output;
            dense.forward(h).cross_entropy(&classes[rows])
        });
        same("words", &ours, &hand);
    }
    of::<f32>();
    of::<f64>();
}

/// Layers without weights, dropout that is off, features without time.
#[test]
fn layers_without_time_are_the_same_bit_for_bit() {
    let (x, y) = (numbers::<f64>([N, T, I], 3), below(N, 2, 0));
    let net = Sequential::default()
        .add(Dense::new(4).activation(Activation::Tanh))
        .add(Dropout::new(0.0))
        .add(Flatten)
        .add(Dense::new(5))
        .add(Activation::Softsign)
        .add(Dense::new(1));
    let data = Dataset::new(x.clone(), y.clone()).unwrap();
    let ours = by_fit(net, InputShape::sequence(T, I), &data, settings(Loss::BinaryCrossEntropyLogits));

    let mut params = Params::new(SEED);
    let first = Dense::new(4).build(&mut params, "0", I);
    let second = Dense::new(5).build(&mut params, "1", 4 * T);
    let third = Dense::new(1).build(&mut params, "2", 5);
    let hand = by_hand(params, N, |tape, rows| {
        let x = part(&x, rows.clone());
        let h = first.forward(tape.input(x.shape(), x.data())).tanh().reshape([rows.len(), 4 * T]);
        let answer = third.forward(second.forward(h).softsign());
        let y: Vec<f64> = y[rows].iter().map(|&y| y as f64).collect();
        answer.bce_logits(tape.input([y.len(), 1], &y))
    });
    same("dense", &ours, &hand);
}

/// Bytes are scaled as they are used; one target for each step.
#[test]
fn bytes_and_classes_for_each_step_are_the_same_bit_for_bit() {
    let bytes: Vec<u8> = below(N * T * I, 256, 4).into_iter().map(|b| b as u8).collect();
    let classes = below(N * T, 3, 2);
    let rnn = SimpleRnn::new(5).return_sequences(true);
    let net = Sequential::new().add(rnn).add(Dense::new(3));
    let targets = Targets::class_per_step(T, classes.clone());
    let data = Dataset::new(Inputs::bytes(T, I, bytes.clone(), 0.125), targets).unwrap();
    let ours = by_fit(net, InputShape::sequence(T, I), &data, settings(Loss::CategoricalCrossEntropyLogits));

    let mut params = Params::new(SEED);
    let layer = rnn.build(&mut params, "0", I);
    let dense = Dense::new(3).build(&mut params, "1", 5);
    let x = Array::new([N, T, I], bytes.iter().map(|&byte| f32::from(byte) * 0.125).collect());
    let hand = by_hand(params, N, |tape, rows| {
        let x = part(&x, rows.clone());
        let answer = dense.forward(layer.forward(tape.input(x.shape(), x.data())));
        answer.cross_entropy(&classes[rows.start * T..rows.end * T])
    });
    same("bytes", &ours, &hand);
}
