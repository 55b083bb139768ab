//! Sequences of different lengths in one batch: each must get what it would get alone.

use tapeloop::data::{Dataset, Inputs, Targets};
use tapeloop::nn::{
    Activation, BasicLstm, Bidirectional, Dense, Dropout, Embedding, Gru, LayerNorm, Lstm, SimpleRnn,
};
use tapeloop::optim::Sgd;
use tapeloop::train::{Describe, Fit, Flatten, InputShape, Loss, Metric, Model, Sequential};
use tapeloop::{Array, Memory, Tape};

use crate::common::numbers::all_same;
use crate::nets::{below, fit, numbers, weights};

const LENGTHS: [usize; 5] = [4, 1, 6, 3, 6];
const T: usize = 6;
const I: usize = 2;
const CLASSES: usize = 3;
const TOLERANCE: f64 = 1e-13;

/// What a layer makes of sequences: all layers that read a mask, with and without sequences at their end.
fn nets(sequences: bool) -> Vec<(&'static str, Sequential<f64>)> {
    let net = || Sequential::default();
    let end = |net: Sequential<f64>| net.add(Dense::new(CLASSES));
    vec![
        ("simple", end(net().add(SimpleRnn::new(4).return_sequences(sequences)))),
        (
            "lstm",
            end(net()
                .add(Lstm::new(4).return_sequences(true))
                .add(LayerNorm::new())
                .add(Lstm::pytorch(3).return_sequences(sequences))),
        ),
        ("gru", end(net().add(Dropout::new(0.0)).add(Gru::new(4).unrolled().return_sequences(sequences)))),
        ("basic", end(net().add(Dense::new(3)).add(BasicLstm::new(4).return_sequences(sequences)))),
        (
            "both",
            end(net()
                .add(Bidirectional::new(Gru::new(3).return_sequences(true)))
                .add(Activation::Tanh)
                .add(Bidirectional::new(SimpleRnn::new(3).return_sequences(sequences)))),
        ),
        (
            "backwards",
            end(net()
                .add(Bidirectional::new(Lstm::new(3).return_sequences(true)))
                .add(Gru::new(4).go_backwards(true).return_sequences(sequences))),
        ),
    ]
}

fn built(net: Sequential<f64>) -> Model<f64> {
    net.build(InputShape::sequence(T, I).any_length(), 6).unwrap()
}

/// Sequences of these lengths, with other numbers behind their ends.
fn padded(behind: f64) -> Array<f64> {
    let mut x: Array<f64> = numbers([LENGTHS.len(), T, I], 1);
    for (row, length) in x.data_mut().chunks_mut(T * I).zip(LENGTHS) {
        row[length * I..].fill(behind);
    }
    x
}

/// The targets behind the ends are others, too.
fn classes() -> Vec<usize> {
    below(LENGTHS.len() * T, CLASSES, 0)
}

/// The data of all sequences, or of one, without anything behind its end.
fn data(sequences: bool, only: Option<usize>, behind: f64) -> Dataset<f64> {
    let x = padded(behind);
    let classes = classes();
    let Some(row) = only else {
        let inputs = Inputs::from(x).with_lengths(LENGTHS.to_vec()).unwrap();
        let targets = if sequences {
            Targets::class_per_step(T, classes)
        } else {
            classes[..LENGTHS.len()].to_vec().into()
        };
        return Dataset::new(inputs, targets).unwrap();
    };
    let length = LENGTHS[row];
    let inputs = Array::new([1, length, I], x.data()[row * T * I..][..length * I].to_vec());
    let of_row = &classes[row * T..][..length];
    let targets =
        if sequences { Targets::class_per_step(length, of_row.to_vec()) } else { vec![classes[row]].into() };
    Dataset::new(inputs, targets).unwrap()
}

#[track_caller]
fn close(what: &str, got: &[f64], expected: &[f64]) {
    crate::common::case::assert_close(what, got, expected, TOLERANCE);
}

/// Steps behind the end of a sequence that is read backwards come first.
fn live(name: &str, length: usize) -> std::ops::Range<usize> {
    if name == "backwards" { T - length..T } else { 0..length }
}

#[test]
fn each_sequence_is_answered_as_if_it_were_alone() {
    for sequences in [false, true] {
        for (name, net) in nets(sequences) {
            let mut model = built(net);
            let all = model.predict(data(sequences, None, 9.0).inputs()).unwrap();
            for (row, length) in LENGTHS.into_iter().enumerate() {
                let alone = model.predict(data(sequences, Some(row), 0.0).inputs()).unwrap();
                let each = all.data().len() / LENGTHS.len();
                let answer = &all.data()[row * each..][..each];
                let steps = live(name, length);
                let answer =
                    if sequences { &answer[steps.start * CLASSES..steps.end * CLASSES] } else { answer };
                close(&format!("{name}, row {row}"), answer, alone.data());
            }
        }
    }
}

/// What the weights lose in a step of gradient descent with rate 1: the gradient of the mean loss.
fn gradient(net: Sequential<f64>, data: &Dataset<f64>, loss: Loss) -> Vec<f64> {
    let mut model = built(net);
    let before = weights(&model);
    model.fit(data, &mut fit(loss, Sgd::new(1.0), 1, 64)).unwrap();
    before.iter().zip(weights(&model)).map(|(before, after)| before - after).collect()
}

/// With one target for each sequence the loss is the mean over the sequences; with one for each step, over the steps that count.
#[test]
fn losses_metrics_and_gradients_are_those_of_the_sequences_alone() {
    let loss = Loss::CategoricalCrossEntropyLogits;
    let metrics = || vec![Metric::Accuracy, Metric::TopK { k: 2 }];
    let settings = || Fit { metrics: metrics(), ..fit(loss, Sgd::new(0.1), 1, 64) };
    let behind = |net: usize, sequences: bool| nets(sequences).remove(net);
    for sequences in [false, true] {
        for number in 0..nets(sequences).len() {
            let (name, net) = behind(number, sequences);
            // Targets of a layer that reads backwards are in its order: alone and padded they would be different ones.
            if name == "backwards" && sequences {
                continue;
            }
            let share = |length: usize| {
                if sequences { length as f64 / LENGTHS.iter().sum::<usize>() as f64 } else { 0.2 }
            };
            let mut model = built(net);
            let scores = model.evaluate(&data(sequences, None, 9.0), &settings()).unwrap();
            let mut expected = [0.0; 3];
            let mut slope = vec![0.0; weights(&model).len()];
            for (row, length) in LENGTHS.into_iter().enumerate() {
                let alone = data(sequences, Some(row), 0.0);
                let of_row = model.evaluate(&alone, &settings()).unwrap();
                let of_row = [of_row.loss, of_row.metrics[0], of_row.metrics[1]];
                expected.iter_mut().zip(of_row).for_each(|(sum, x)| *sum += share(length) * x);
                let of_row = gradient(behind(number, sequences).1, &alone, loss);
                slope.iter_mut().zip(of_row).for_each(|(sum, g)| *sum += share(length) * g);
            }
            close(name, &[scores.loss, scores.metrics[0], scores.metrics[1]], &expected);
            let ours = gradient(behind(number, sequences).1, &data(sequences, None, 9.0), loss);
            close(&format!("{name}: gradient"), &ours, &slope);
            assert!(slope.iter().any(|g| g.abs() > 0.01), "{name}: no gradient to compare");
        }
    }
}

/// Not one bit depends on the numbers and the targets behind the ends.
#[test]
fn what_stands_behind_the_end_is_not_seen() {
    for (name, net) in nets(true) {
        let one = gradient(net, &data(true, None, 9.0), Loss::CategoricalCrossEntropyLogits);
        let (_, again) = nets(true).into_iter().find(|(other, _)| *other == name).unwrap();
        let other = gradient(again, &data(true, None, -3.5), Loss::CategoricalCrossEntropyLogits);
        all_same(&one, &other, name);
    }
}

/// Id 0 is a mask: the same as lengths, where it stands at the end; and it works in a gap and at the beginning, too.
#[test]
fn id_0_is_no_word() {
    let ids: Vec<usize> = below(LENGTHS.len() * T, 8, 3).into_iter().map(|id| id + 1).collect();
    let ended: Vec<usize> = (0..ids.len()).map(|i| if i % T < LENGTHS[i / T] { ids[i] } else { 0 }).collect();
    let net = |mask_zero: bool| {
        let net = Sequential::<f64>::default().add(Embedding::new(9, 3).mask_zero(mask_zero));
        net.add(Lstm::new(4).return_sequences(true)).add(Gru::new(3)).add(Dense::new(2))
    };
    let built = |mask_zero: bool| net(mask_zero).build(InputShape::tokens(T).any_length(), 1).unwrap();
    let (mut masked, mut plain) = (built(true), built(false));
    let with_zeros = masked.predict(&Inputs::ids(T, ended.clone())).unwrap();
    let with_lengths = Inputs::ids(T, ids.clone()).with_lengths(LENGTHS.to_vec()).unwrap();
    all_same(with_zeros.data(), plain.predict(&with_lengths).unwrap().data(), "lengths and zeros");
    assert_ne!(plain.predict(&Inputs::ids(T, ended.clone())).unwrap(), with_zeros, "zeros without a mask");

    let gaps = [0, 3, 0, 0, 5, 2];
    let answer = masked.predict(&Inputs::ids(6, gaps.to_vec())).unwrap();
    close("gaps", answer.data(), masked.predict(&Inputs::ids(3, vec![3, 5, 2])).unwrap().data());

    // Both: a step counts if both say so.
    let both = Inputs::ids(6, [gaps, gaps].concat()).with_lengths(vec![5, 2]).unwrap();
    let answer = masked.predict(&both).unwrap();
    close("both, row 0", &answer.data()[..2], masked.predict(&Inputs::ids(2, vec![3, 5])).unwrap().data());
    close("both, row 1", &answer.data()[2..], masked.predict(&Inputs::ids(1, vec![3])).unwrap().data());
}

/// A mask goes through layers that treat each step by itself, and ends where sequences do.
#[test]
fn a_mask_goes_as_far_as_sequences_go() {
    let masked = |net: Sequential<f64>| {
        let model = built(net);
        let mut batch = tapeloop::data::Minibatch::new();
        batch.fill(&data(false, None, 0.0), &[0, 1, 2, 3, 4]);
        let tape = Tape::new(model.params(), Memory::new());
        model.chain().forward(&tape, &batch, None, &mut []).mask.map(|mask| mask.value())
    };
    fn with(layer: impl Describe<f64> + 'static) -> Sequential<f64> {
        Sequential::default().add(layer)
    }
    let expected: Vec<f64> =
        LENGTHS.iter().flat_map(|&n| (0..T).map(move |t| f64::from(u8::from(t < n)))).collect();
    for (what, net) in [
        ("dense", with(Dense::new(3))),
        ("dropout", with(Dropout::new(0.5))),
        ("activation", with(Activation::Relu)),
        ("norm", with(LayerNorm::new())),
        ("lstm", with(Lstm::new(3).return_sequences(true))),
        ("both", with(Bidirectional::new(Lstm::new(3).return_sequences(true)))),
    ] {
        assert_eq!(masked(net).as_ref(), Some(&expected), "{what}");
    }
    let backwards = masked(with(Lstm::new(3).return_sequences(true).go_backwards(true))).unwrap();
    let reversed: Vec<f64> = expected.chunks(T).flat_map(|row| row.iter().rev().copied()).collect();
    assert_eq!(backwards, reversed, "backwards");
    for (what, net) in [("last", with(Gru::new(3))), ("both", with(Bidirectional::new(Gru::new(3))))] {
        assert_eq!(masked(net), None, "{what}");
    }
    let flat = Sequential::default().add(Dense::new(3)).add(Flatten);
    let flat = flat.build(InputShape::sequence(T, I), 0).unwrap();
    let mut batch = tapeloop::data::Minibatch::new();
    batch.fill(&data(false, None, 0.0), &[0, 1]);
    let tape = Tape::new(flat.params(), Memory::new());
    assert!(flat.chain().forward(&tape, &batch, None, &mut []).mask.is_none(), "flatten");
}

/// A sequence that has ended before it began: the answer to nothing, and no part of the loss.
#[test]
fn length_0_is_allowed() {
    let net =
        || built(Sequential::default().add(Gru::new(3).return_sequences(true)).add(Dense::new(CLASSES)));
    let x: Array<f64> = numbers([2, T, I], 3);
    let with = |lengths: [usize; 2]| {
        let inputs = Inputs::from(x.clone()).with_lengths(lengths.to_vec()).unwrap();
        Dataset::new(inputs, Targets::class_per_step(T, below(2 * T, CLASSES, 0))).unwrap()
    };
    let settings = || Fit {
        metrics: vec![Metric::Accuracy],
        ..fit(Loss::CategoricalCrossEntropyLogits, Sgd::new(0.1), 1, 2)
    };
    let mut model = net();
    let scores = model.evaluate(&with([4, 0]), &settings()).unwrap();
    let alone = Array::new([1, 4, I], x.data()[..4 * I].to_vec());
    let alone =
        Dataset::new(alone, Targets::class_per_step(4, below(2 * T, CLASSES, 0)[..4].to_vec())).unwrap();
    let expected = model.evaluate(&alone, &settings()).unwrap();
    close("loss", &[scores.loss, scores.metrics[0]], &[expected.loss, expected.metrics[0]]);

    let before = weights(&model);
    let history = model.fit(&with([0, 0]), &mut settings()).unwrap();
    assert_eq!((history.last("loss"), weights(&model)), (Some(0.0), before));
    assert!(history.last("accuracy").unwrap().is_nan(), "the mean of nothing");
}

/// Axes beyond time: a step counts or doesn't with all that is in it.
#[test]
fn a_step_may_have_more_axes() {
    let x: Array<f64> = numbers([2, 3, 4, I], 1);
    let lengths = [3, 1];
    let net = || {
        Sequential::<f64>::default()
            .add(Dense::new(CLASSES))
            .build(InputShape::values([Some(3), Some(4), Some(I)]), 2)
            .unwrap()
    };
    let settings =
        |loss| Fit { metrics: vec![Metric::Mse, Metric::Accuracy], ..fit(loss, Sgd::new(1.0), 1, 2) };
    let y: Array<f64> = numbers([2, 3, 4, CLASSES], 5);
    for loss in [
        Loss::Mse,
        Loss::CategoricalCrossEntropyLogits,
        Loss::Huber { delta: 0.3 },
        Loss::BinaryCrossEntropyLogits,
    ] {
        let inputs = Inputs::from(x.clone()).with_lengths(lengths.to_vec()).unwrap();
        let data = Dataset::new(inputs, y.clone()).unwrap();
        let scores = net().evaluate(&data, &settings(loss)).unwrap();
        // The four steps that count, as rows.
        let rows = |array: &Array<f64>, each: usize| {
            let steps =
                [0, 1, 2, 3].iter().flat_map(|step| array.data()[step * 4 * each..][..4 * each].to_vec());
            Array::new([4, 1, 4, each], steps.collect())
        };
        let input = InputShape::values([Some(1), Some(4), Some(I)]);
        let mut by_step = Sequential::<f64>::default().add(Dense::new(CLASSES)).build(input, 2).unwrap();
        let live = Dataset::new(rows(&x, I), rows(&y, CLASSES)).unwrap();
        let expected = by_step.evaluate(&live, &settings(loss)).unwrap();
        close(
            "scores",
            &[scores.loss, scores.metrics[0], scores.metrics[1]],
            &[expected.loss, expected.metrics[0], expected.metrics[1]],
        );
        let mut model = net();
        model.fit(&data, &mut settings(loss)).unwrap();
        by_step.fit(&live, &mut Fit { batch: 4, ..settings(loss) }).unwrap();
        close("weights", &weights(&model), &weights(&by_step));
    }
}
