//! Which rows are trained with, which are only looked at, in which order, and what is said of them.

use std::sync::mpsc;

use tapeloop::data::{Dataset, Inputs};
use tapeloop::nn::{Dense, Dropout, Gru};
use tapeloop::optim::{Adam, Sgd};
use tapeloop::train::{
    Built, Describe, Fit, History, InputShape, Layer, Loss, Metric, Model, Pass, Sequential, Signal, on_batch,
};
use tapeloop::{Array, Params, Tape};

use crate::common::numbers::all_same;
use crate::nets::{below, fit, numbers, part, weights};

/// Hands on what it is given, and tells which numbers it was given in training, batch by batch.
#[derive(Clone)]
pub struct Witness(pub mpsc::Sender<Vec<f64>>);

impl Describe<f64> for Witness {
    fn kind(&self) -> &'static str {
        "Witness"
    }
    fn config(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
    fn build(&self, _: &mut Params<f64>, _: &str, input: &InputShape) -> Result<Built<f64>, String> {
        Ok(Built { layer: Box::new(self.clone()), output: input.clone() })
    }
}

impl Layer<f64> for Witness {
    fn forward<'t>(
        &self,
        _: &'t Tape<'t, f64>,
        input: Signal<'t, f64>,
        pass: Pass<'_, f64>,
    ) -> Signal<'t, f64> {
        if pass.training.is_some() {
            self.0.send(input.x().value()).unwrap();
        }
        input
    }
}

/// The batches that a run trains with: row `n` is the number `n`.
fn batches(n: usize, mut settings: Fit<'_, f64>) -> (Vec<Vec<usize>>, History) {
    let (send, seen) = mpsc::channel();
    let mut model = Sequential::default()
        .add(Witness(send))
        .add(Dense::new(1))
        .build(InputShape::features(1), 0)
        .unwrap();
    let x = Array::new([n, 1], (0..n).map(|i| i as f64).collect());
    let data = Dataset::new(x, Array::new([n], vec![0.5; n])).unwrap();
    let history = model.fit(&data, &mut settings).unwrap();
    drop(model);
    (seen.iter().map(|batch| batch.into_iter().map(|x| x as usize).collect()).collect(), history)
}

fn plain(epochs: usize, batch: usize) -> Fit<'static, f64> {
    fit(Loss::Mse, Sgd::new(1e-4), epochs, batch)
}

#[test]
fn without_shuffling_all_rows_come_in_their_order() {
    let (seen, _) = batches(7, plain(2, 3));
    assert_eq!(seen, [vec![0, 1, 2], vec![3, 4, 5], vec![6], vec![0, 1, 2], vec![3, 4, 5], vec![6]]);
    assert_eq!(batches(3, plain(1, 100)).0, [vec![0, 1, 2]]);
    assert_eq!(batches(1, plain(1, 1)).0, [vec![0]]);
}

#[test]
fn each_epoch_has_a_permutation_of_its_own() {
    let shuffled = |seed| batches(40, Fit { shuffle: true, seed, ..plain(4, 15) }).0;
    let seen = shuffled(1);
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [15, 15, 10].repeat(4));
    let epochs: Vec<Vec<usize>> = seen.chunks(3).map(|batches| batches.concat()).collect();
    for (i, epoch) in epochs.iter().enumerate() {
        let mut sorted = epoch.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..40).collect::<Vec<_>>(), "epoch {i} is no permutation");
        assert_ne!(*epoch, sorted, "epoch {i} is not shuffled");
        assert!(!epochs[..i].contains(epoch), "epoch {i} is as one before");
    }
    // Not one order that is cut somewhere else: what follows a row in one epoch seldom does in the next.
    let pairs = |epoch: &[usize]| epoch.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>();
    let (first, second) = (pairs(&epochs[0]), pairs(&epochs[1]));
    assert!(first.iter().filter(|pair| second.contains(pair)).count() < 8);
    assert_eq!(seen, shuffled(1));
    assert_ne!(seen, shuffled(2));
}

/// Keras: `split_at = floor(n·(1 − share))`, before anything is shuffled.
#[test]
fn the_last_rows_are_held_out() {
    let cases = [(10, 0.2, 8), (10, 0.25, 7), (7, 0.5, 3), (10, 0.1, 9), (3, 0.4, 1), (1000, 0.001, 999)];
    for (n, share, trained) in cases {
        let settings = Fit { validation_split: share, shuffle: true, ..plain(2, 4) };
        let (seen, history) = batches(n, settings);
        let mut rows = seen.concat();
        rows.sort_unstable();
        let twice: Vec<usize> = (0..trained).flat_map(|row| [row, row]).collect();
        assert_eq!(rows, twice, "{share} of {n}");
        assert_eq!(history.get("val_loss").len(), 2);
    }
}

fn net() -> Model<f64> {
    Sequential::default()
        .add(Gru::new(4))
        .add(Dropout::new(0.4))
        .add(Dense::new(3))
        .build(InputShape::sequence(5, 2), 9)
        .unwrap()
}

const METRICS: [Metric; 3] = [Metric::Accuracy, Metric::TopK { k: 2 }, Metric::Mse];

fn settings() -> Fit<'static, f64> {
    let fit = fit(Loss::CategoricalCrossEntropyLogits, Adam::keras(0.02), 3, 8);
    Fit { metrics: METRICS.to_vec(), shuffle: true, ..fit }
}

/// `N` sequences, and for each a row with a 1 for its class.
fn data(n: usize) -> (Array<f64>, Array<f64>) {
    let y = below(n, 3, 1).iter().flat_map(|&c| [0, 1, 2].map(|i| f64::from(u8::from(i == c)))).collect();
    (numbers([n, 5, 2], 4), Array::new([n, 3], y))
}

/// The last row of a history.
fn last(history: &History, prefix: &str) -> Vec<f64> {
    let names = ["loss", "accuracy", "top_2_accuracy", "mse"];
    names.map(|name| history.last(&format!("{prefix}{name}")).unwrap()).to_vec()
}

/// What is held out, what is given beside, and `evaluate` on these rows: one and the same; dropout is off, nothing is learnt.
#[test]
fn validation_is_what_evaluate_says_of_these_rows() {
    let (x, y) = data(30);
    let all = Dataset::new(x.clone(), y.clone()).unwrap();
    let [training, rest] =
        [0..22, 22..30].map(|rows| Dataset::new(part(&x, rows.clone()), part(&y, rows)).unwrap());

    let mut split = net();
    let history = split.fit(&all, &mut Fit { validation_split: 0.25, ..settings() }).unwrap();
    let mut beside = net();
    let given = beside.fit(&training, &mut Fit { validation: Some(&rest), ..settings() }).unwrap();
    assert_eq!(history.to_csv(), given.to_csv());
    let mut without = net();
    let plain = without.fit(&training, &mut settings()).unwrap();
    all_same(&weights(&split), &weights(&beside), "weights");
    all_same(&weights(&split), &weights(&without), "weights without validation");
    assert_eq!(plain.get("loss"), history.get("loss"));
    assert!(plain.get("val_loss").is_empty());

    let before = weights(&split);
    let scores = split.evaluate(&rest, &settings()).unwrap();
    let expected = last(&history, "val_");
    all_same(&[&[scores.loss], &scores.metrics[..]].concat(), &expected, "evaluate");
    all_same(&before, &weights(&split), "evaluate learns");
    // Batches of another size: the same but for rounding.
    let other = split.evaluate(&rest, &Fit { batch: 3, ..settings() }).unwrap();
    for (a, b) in [&[other.loss], &other.metrics[..]].concat().iter().zip(&expected) {
        assert!((a - b).abs() < 1e-14, "{a} and {b}");
    }
}

/// By hand, from the answers.
#[test]
fn evaluate_is_the_mean_over_all_rows() {
    let (x, y) = data(30);
    let mut model = net();
    let scores = model.evaluate(&Dataset::new(x.clone(), y.clone()).unwrap(), &settings()).unwrap();
    let answers = model.predict(&Inputs::from(x)).unwrap();
    let (mut loss, mut right, mut second, mut squares) = (0.0, 0.0, 0.0, 0.0);
    for (p, y) in answers.data().chunks(3).zip(y.data().chunks(3)) {
        let class = y.iter().position(|&y| y == 1.0).unwrap();
        let sum: f64 = p.iter().map(|p| p.exp()).sum();
        loss -= (p[class].exp() / sum).ln() / 30.0;
        let larger = p.iter().filter(|&&other| other > p[class]).count();
        right += f64::from(u8::from(larger == 0)) / 30.0;
        second += f64::from(u8::from(larger < 2)) / 30.0;
        squares += p.iter().zip(y).map(|(p, y)| (p - y) * (p - y)).sum::<f64>() / 90.0;
    }
    assert!(right > 0.0 && right < second && second < 1.0, "{right}, {second}: the data tell nothing");
    for (ours, expected) in
        [scores.loss].into_iter().chain(scores.metrics).zip([loss, right, second, squares])
    {
        assert!((ours - expected).abs() < 1e-13, "{ours}, not {expected}");
    }
}

/// Keras: every batch counts by its rows, so a smaller last one counts less.
#[test]
fn the_loss_of_an_epoch_is_the_mean_over_its_rows() {
    let (x, y) = data(20);
    let (send, seen) = mpsc::channel();
    let note = on_batch(move |at| send.send((at.epoch, at.batch, at.loss, at.mean_loss)).unwrap());
    let mut settings = Fit { callbacks: vec![Box::new(note)], ..settings() };
    let history = net().fit(&Dataset::new(x, y).unwrap(), &mut settings).unwrap();
    drop(settings);
    let seen: Vec<_> = seen.iter().collect();
    assert_eq!(
        seen.iter().map(|at| (at.0, at.1)).collect::<Vec<_>>(),
        [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)]
    );
    for (epoch, batches) in seen.chunks(3).enumerate() {
        let [(.., a, first), (.., b, second), (.., c, third)] = *batches else { panic!() };
        let close = |x: f64, y: f64| assert!((x - y).abs() < 1e-14, "{x}, not {y}");
        close(first, a);
        close(second, (a + b) / 2.0);
        close(third, (8.0 * a + 8.0 * b + 4.0 * c) / 20.0);
        assert_eq!(history.get("loss")[epoch].to_bits(), third.to_bits());
        assert!((third - (a + b + c) / 3.0).abs() > 1e-6, "the plain mean is the same: the test can't see");
    }
}

/// `predict` in the order of the inputs, whatever the size of the parts in which it computes them; dropout is off.
#[test]
fn answers_come_in_the_order_of_the_inputs() {
    let x: Array<f64> = numbers([70, 5, 2], 4);
    let mut model = net();
    let all = model.predict(&Inputs::from(x.clone())).unwrap();
    assert_eq!(all.shape().sizes(), [70, 3]);
    for row in [0, 31, 32, 63, 69] {
        let one = model.predict(&Inputs::from(part(&x, row..row + 1))).unwrap();
        assert_eq!(one.shape().sizes(), [1, 3]);
        for (a, b) in one.data().iter().zip(&all.data()[row * 3..]) {
            assert!((a - b).abs() < 1e-15, "row {row}: {a} and {b}");
        }
    }
}

/// One step on all rows, in their order, whatever the settings say of epochs and batches; the scores are those before it.
#[test]
fn train_on_batch_is_one_step_on_all_rows() {
    let (x, y) = data(20);
    let data = Dataset::new(x, y).unwrap();
    let mut settings =
        Fit { metrics: METRICS.to_vec(), epochs: 7, shuffle: true, ..fit(Loss::Mse, Sgd::new(0.5), 1, 20) };
    let net = || {
        let net = Sequential::default().add(Gru::new(4)).add(Dense::new(3));
        net.build(InputShape::sequence(5, 2), 9).unwrap()
    };
    let mut one = net();
    let before = one.evaluate(&data, &settings).unwrap();
    assert_eq!(one.train_on_batch(&data, &mut settings).unwrap(), before);
    assert_eq!(settings.optimizer.steps(), 1);
    let mut other = net();
    other.fit(&data, &mut fit(Loss::Mse, Sgd::new(0.5), 1, 20)).unwrap();
    all_same(&weights(&one), &weights(&other), "weights");
    assert!(one.evaluate(&data, &settings).unwrap().loss < before.loss);
}
