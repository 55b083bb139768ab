//! Nets that go on from batch to batch, and sequences that are learnt from piece by piece.

use std::sync::mpsc;

use tapeloop::data::{Dataset, Inputs, Targets};
use tapeloop::nn::{BasicLstm, Call, Dense, Embedding, Gru, Lstm, SimpleRnn, Stateful};
use tapeloop::optim::{Adam, Clip, Optimizer};
use tapeloop::train::{Fit, InputShape, Loss, Model, Sequential, on_batch};
use tapeloop::{Array, Memory, Params, Tape};

use crate::common::numbers::all_same;
use crate::nets::{below, fit, numbers, part, weights};

const B: usize = 3;
const T: usize = 4;
const I: usize = 2;
const PIECES: usize = 3;

/// `x` `[B, pieces·T, K]` as `pieces` batches of `B` rows below each other: row `b` of each continues that of the one before.
fn pieces(x: &Array<f64>) -> Array<f64> {
    let [rows, steps, each] = [0, 1, 2].map(|axis| x.shape().sizes()[axis]);
    let of_piece = |piece| {
        x.data().chunks(steps * each).flat_map(move |row| row[piece * T * each..][..T * each].to_vec())
    };
    Array::new([rows * steps / T, T, each], (0..steps / T).flat_map(of_piece).collect())
}

fn layers() -> Sequential<f64> {
    Sequential::default()
        .add(Lstm::new(4).return_sequences(true))
        .add(Gru::new(3).return_sequences(true))
        .add(Dense::new(2))
}

fn model(stateful: bool) -> Model<f64> {
    let input = InputShape::sequence(T, I).any_length();
    layers().stateful(stateful).build(input, 7).unwrap()
}

/// A long sequence at once, and in pieces.
#[test]
fn batches_continue_each_other() {
    let x = numbers([B, PIECES * T, I], 1);
    let cut = pieces(&x);
    let (mut whole, mut net) = (model(false), model(true));
    assert!(net.is_stateful() && !whole.is_stateful());
    let all = pieces(&whole.predict(&Inputs::from(x)).unwrap());
    let piece = |net: &mut Model<f64>, number: usize| {
        net.predict(&Inputs::from(part(&cut, number * B..(number + 1) * B))).unwrap().into_data()
    };
    let expected = |number: usize| &all.data()[number * B * T * 2..][..B * T * 2];
    for number in 0..PIECES {
        all_same(&piece(&mut net, number), expected(number), &format!("piece {number}"));
    }
    let further = piece(&mut net, 0);
    assert_ne!(further, expected(0), "the state is forgotten");
    net.reset_state();
    all_same(&piece(&mut net, 0), expected(0), "after reset_state");

    // To evaluate begins anew, and leaves the state as it was.
    let targets = numbers([B * PIECES, T, 2], 3);
    let data = Dataset::new(cut.clone(), targets).unwrap();
    let scores = net.evaluate(&data, &fit(Loss::Mse, Adam::default(), 1, B)).unwrap();
    let error = |i: usize| all.data()[i] - data_of(&data)[i];
    let mse = (0..all.data().len()).map(|i| error(i) * error(i)).sum::<f64>() / all.data().len() as f64;
    assert!((scores.loss - mse).abs() < 1e-14, "{} and {mse}", scores.loss);
    all_same(&piece(&mut net, 1), expected(1), "after evaluate");
    let mut plain = model(false);
    all_same(&piece(&mut plain, 0), expected(0), "the first piece");
    assert_ne!(piece(&mut plain, 1), expected(1), "a net that isn't stateful goes on");
}

fn data_of(data: &Dataset<f64>) -> &[f64] {
    let Targets::Values(values) = data.targets() else { panic!() };
    values.data()
}

/// The net of [`layers`] by hand: over these pieces, one after the other, a step of the optimizer after each. What the
/// layers keep is forgotten before the pieces that `anew` says. Returns the losses.
struct ByHand {
    params: Params<f64>,
    states: [Stateful<f64>; 2],
    adam: Adam<f64>,
}

impl ByHand {
    fn new() -> Self {
        Self {
            params: model(true).params().clone(),
            states: [Stateful::new(), Stateful::new()],
            adam: Adam::keras(0.02),
        }
    }

    fn step(&mut self, x: &Array<f64>, y: &Array<f64>) -> f64 {
        // The same handles: built anew in a store of the same layout.
        let mut params = Params::<f64>::new(7);
        let lstm = Lstm::new(4).return_sequences(true).build(&mut params, "lstm", I);
        let gru = Gru::new(3).return_sequences(true).build(&mut params, "gru", 4);
        let dense = Dense::new(2).build(&mut params, "dense", 3);
        params.flat_mut().copy_from_slice(self.params.flat());
        let mut grads = params.zero_gradients();
        let tape = Tape::new(&params, Memory::new());
        let h = self.states[0].run(&lstm, tape.input(x.shape(), x.data()), Call::default()).output;
        let h = self.states[1].run(&gru, h, Call::default()).output;
        let loss = dense.forward(h).mse(tape.input(y.shape(), y.data()));
        tape.backward(loss, &mut grads);
        let value = loss.item();
        drop(tape);
        Clip::GlobalNorm(0.3).apply(&params, &mut grads);
        self.adam.step(&mut params, &grads);
        self.params.flat_mut().copy_from_slice(params.flat());
        value
    }

    fn reset(&mut self) {
        self.states.iter_mut().for_each(Stateful::reset_state);
    }
}

/// The loss of each batch, and the settings' trained net.
fn trained(net: &mut Model<f64>, data: &Dataset<f64>, settings: Fit<'_, f64>) -> Vec<f64> {
    let (send, losses) = mpsc::channel();
    let mut settings = Fit { clip: Some(Clip::GlobalNorm(0.3)), ..settings };
    settings.callbacks.push(Box::new(on_batch(move |at| send.send(at.loss).unwrap())));
    net.fit(data, &mut settings).unwrap();
    drop(settings);
    losses.iter().collect()
}

/// Each epoch begins with a state of zeros; the state that training leaves is the one that `predict` goes on from; what is
/// validated in between doesn't disturb it.
#[test]
fn a_stateful_net_learns_as_a_loop_with_kept_states() {
    let (x, y) = (pieces(&numbers([B, PIECES * T, I], 1)), pieces(&numbers([B, PIECES * T, 2], 2)));
    let data = Dataset::new(x.clone(), y.clone()).unwrap();
    let batch = |number: usize| number * B..(number + 1) * B;
    let mut hand = ByHand::new();
    let mut expected = Vec::new();
    for _ in 0..2 {
        hand.reset();
        for number in 0..PIECES {
            expected.push(hand.step(&part(&x, batch(number)), &part(&y, batch(number))));
        }
    }
    let mut net = model(true);
    net.predict(&Inputs::from(part(&x, batch(1)))).unwrap(); // a state from before, which fit forgets
    let losses = trained(&mut net, &data, fit(Loss::Mse, Adam::keras(0.02), 2, B));
    all_same(&losses, &expected, "losses");
    all_same(&weights(&net), &crate::nets::of(&hand.params), "weights");

    let mut watched = model(true);
    let validated = Fit { validation: Some(&data), ..fit(Loss::Mse, Adam::keras(0.02), 2, B) };
    all_same(&trained(&mut watched, &data, validated), &expected, "losses with validation");
    let next = Inputs::from(part(&x, batch(0)));
    all_same(net.predict(&next).unwrap().data(), watched.predict(&next).unwrap().data(), "predictions");
    net.reset_state();
    assert_ne!(net.predict(&next).unwrap(), watched.predict(&next).unwrap(), "predict began anew");
}

/// One step of the optimizer on one batch, which goes on where the one before was.
#[test]
fn train_on_batch_goes_on() {
    let (x, y) = (pieces(&numbers([B, PIECES * T, I], 1)), pieces(&numbers([B, PIECES * T, 2], 2)));
    let (mut net, mut hand) = (model(true), ByHand::new());
    let mut settings = Fit { clip: Some(Clip::GlobalNorm(0.3)), ..fit(Loss::Mse, Adam::keras(0.02), 0, 1) };
    for number in 0..PIECES {
        let rows = number * B..(number + 1) * B;
        let (x, y) = (part(&x, rows.clone()), part(&y, rows));
        let expected = hand.step(&x, &y);
        let scores = net.train_on_batch(&Dataset::new(x, y).unwrap(), &mut settings).unwrap();
        assert_eq!(scores.loss.to_bits(), expected.to_bits(), "batch {number}");
    }
    all_same(&weights(&net), &crate::nets::of(&hand.params), "weights");
}

/// Pieces of `k` steps of whole sequences, two batches in two epochs: a loop by hand that begins anew with each batch.
#[test]
fn truncated_backpropagation_is_a_loop_with_kept_states() {
    let t = 7;
    let (x, y) = (numbers([5, t, I], 1), numbers([5, t, 2], 2));
    let data = Dataset::new(x.clone(), y.clone()).unwrap();
    let steps = |array: &Array<f64>, rows: std::ops::Range<usize>, steps: std::ops::Range<usize>| {
        let mut cut = Vec::new();
        for row in rows.clone() {
            cut.extend_from_slice(&array.data()[(row * t + steps.start) * 2..(row * t + steps.end) * 2]);
        }
        Array::new([rows.len(), steps.len(), 2], cut)
    };
    for k in [1, 2, 3, 6] {
        let (mut hand, mut expected) = (ByHand::new(), Vec::new());
        for rows in [0..B, B..5, 0..B, B..5] {
            hand.reset();
            let mut sum = 0.0;
            for start in (0..t).step_by(k) {
                let piece = start..t.min(start + k);
                let loss = hand
                    .step(&steps(&x, rows.clone(), piece.clone()), &steps(&y, rows.clone(), piece.clone()));
                sum += loss * (rows.len() * piece.len()) as f64;
            }
            expected.push(sum / (rows.len() * t) as f64);
        }
        let mut net = model(false);
        let settings = Fit { truncate: Some(k), ..fit(Loss::Mse, Adam::keras(0.02), 2, B) };
        let losses = trained(&mut net, &data, settings);
        all_same(&losses, &expected, &format!("losses, k = {k}"));
        all_same(&weights(&net), &crate::nets::of(&hand.params), &format!("weights, k = {k}"));
    }
}

/// A piece as long as the sequence is the sequence.
#[test]
fn pieces_of_all_steps_are_full_backpropagation() {
    let data = Dataset::new(numbers([5, T, I], 1), numbers([5, T, 2], 2)).unwrap();
    let with = |truncate| {
        let mut net = model(false);
        let losses = trained(&mut net, &data, Fit { truncate, ..fit(Loss::Mse, Adam::keras(0.02), 2, B) });
        (losses, weights(&net))
    };
    let whole = with(None);
    for k in [T, T + 1, usize::MAX] {
        assert_eq!(with(Some(k)), whole, "{k}");
    }
    assert_ne!(with(Some(T - 1)), whole);
}

/// Of a stateful net, the pieces of a batch go on where those of the batch before ended.
#[test]
fn a_stateful_net_can_be_truncated() {
    let (x, y) = (numbers([B, PIECES * T, I], 1), numbers([B, PIECES * T, 2], 2));
    let mut cut = model(true);
    let data = Dataset::new(pieces(&x), pieces(&y)).unwrap();
    trained(&mut cut, &data, Fit { truncate: Some(2), ..fit(Loss::Mse, Adam::keras(0.02), 2, B) });
    let mut long = model(false);
    let data = Dataset::new(x, y).unwrap();
    trained(&mut long, &data, Fit { truncate: Some(2), ..fit(Loss::Mse, Adam::keras(0.02), 2, B) });
    all_same(&weights(&cut), &weights(&long), "weights");
}

/// Every layer that can, with ids and a class for each step; lengths are cut, too.
#[test]
fn other_layers_and_lengths_are_cut_as_well() {
    let t = 6;
    let net = |stateful: bool| {
        let net = Sequential::<f32>::default()
            .add(Embedding::new(9, 4))
            .add(SimpleRnn::new(4).return_sequences(true))
            .add(BasicLstm::new(4).return_sequences(true))
            .add(Dense::new(3));
        net.stateful(stateful).build(InputShape::tokens(t).any_length(), 3).unwrap()
    };
    let (ids, classes) = (below(2 * t, 9, 1), below(2 * t, 3, 2));
    let lengths = vec![4, 3];
    let inputs = Inputs::ids(t, ids.clone()).with_lengths(lengths).unwrap();
    let data = Dataset::new(inputs, Targets::class_per_step(t, classes.clone())).unwrap();
    let loss = Loss::CategoricalCrossEntropyLogits;
    let mut whole = net(false);
    let mut settings = Fit { truncate: Some(2), ..fit(loss, Adam::keras(0.02), 1, 2) };
    let history = whole.fit(&data, &mut settings).unwrap();
    assert_eq!(settings.optimizer.steps(), 2, "nothing is to be learnt from the third piece");

    // Piece by piece: a stateful net, and a data set for each piece.
    let mut by_piece = net(true);
    let mut settings = fit(loss, Adam::keras(0.02), 1, 2);
    let mut sum = 0.0;
    for (piece, lengths) in [(0, [2, 2]), (1, [2, 1])] {
        let of = |all: &[usize]| [&all[2 * piece..][..2], &all[t + 2 * piece..][..2]].concat();
        let inputs = Inputs::ids(2, of(&ids)).with_lengths(lengths.to_vec()).unwrap();
        let data = Dataset::new(inputs, Targets::class_per_step(2, of(&classes))).unwrap();
        let scores = by_piece.train_on_batch(&data, &mut settings).unwrap();
        sum += scores.loss * lengths.iter().sum::<usize>() as f64;
    }
    assert_eq!(history.get("loss"), [sum / 7.0], "the mean over the steps that count");
    all_same(&weights(&whole), &weights(&by_piece), "weights");
}
