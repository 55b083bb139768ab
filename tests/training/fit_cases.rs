//! Whole training runs of PyTorch, TF1 and Keras' `fit`, through `Sequential` and `fit`: every loss, and the weights at
//! the end.

use std::sync::{Arc, Mutex};

use crate::common::case::{Case, assert_close, folder};
use tapeloop::Array;
use tapeloop::data::{Dataset, Targets};
use tapeloop::nn::{BasicLstm, Dense, Gru, Lstm, SimpleRnn};
use tapeloop::optim::{Adam, Clip, Norm, Optimizer, RmsProp, Schedule, Sgd};
use tapeloop::train::{Fit, History, InputShape, Loss, Model, Rate, Sequential, on_batch};

/// Rounding errors grow over a run; a wrong term would show in the first digits.
const TOLERANCE: f64 = 1e-9;

/// How a weight of another library becomes one of ours.
#[derive(Clone, Copy)]
enum How {
    AsItIs,
    Transposed,
    /// These rows.
    Rows(usize, usize),
    /// This row, as a vector.
    Row(usize),
}

impl How {
    fn of(self, theirs: &Array<f64>) -> Vec<f64> {
        let columns = theirs.shape().last();
        let rows = |from: usize, to: usize| theirs.data()[from * columns..to * columns].to_vec();
        match self {
            Self::AsItIs => theirs.data().to_vec(),
            Self::Rows(from, to) => rows(from, to),
            Self::Row(row) => rows(row, row + 1),
            Self::Transposed => {
                let mut ours = Vec::new();
                for column in 0..columns {
                    ours.extend(theirs.data().iter().skip(column).step_by(columns));
                }
                ours
            }
        }
    }
}

struct Run {
    name: &'static str,
    net: Sequential<f64>,
    /// Our name, theirs, and what lies between.
    weights: &'static [(&'static str, &'static str, How)],
    fit: Fit<'static, f64>,
}

/// What came of it.
struct Followed {
    case: Case,
    model: Model<f64>,
    /// Of each step.
    losses: Vec<f64>,
    /// Their mean over the epoch so far.
    means: Vec<f64>,
    history: History,
}

impl Run {
    /// Trains, and compares the weights at the end.
    fn follow(self) -> Followed {
        let case = folder("e2e").into_iter().find(|case| case.name == self.name).expect("a recording");
        let x = case.array("input.x");
        let &[_, steps, inputs] = x.shape().sizes() else { panic!("sequences") };
        let y: Targets<f64> = match case.is_float("input.y") {
            true => case.array("input.y").into(),
            false => case.integers("input.y").into_iter().map(|c| c as usize).collect::<Vec<_>>().into(),
        };
        let mut model = self.net.build(InputShape::sequence(steps, inputs), 0).unwrap();
        assert_eq!(model.params().iter().count(), self.weights.len());
        for &(ours, theirs, how) in self.weights {
            let param = model.params().find(ours).unwrap_or_else(|| panic!("no {ours}"));
            let values = how.of(&case.array(&format!("param.{theirs}")));
            model.params_mut()[param].copy_from_slice(&values);
        }

        let losses = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&losses);
        let mut fit = self.fit;
        fit.callbacks.push(Box::new(on_batch(move |at| seen.lock().unwrap().push((at.loss, at.mean_loss)))));
        let history = model.fit(&Dataset::new(x, y).unwrap(), &mut fit).unwrap();
        for &(ours, theirs, how) in self.weights {
            let expected = how.of(&case.array(&format!("expected.final.{theirs}")));
            assert_close(
                &format!("{}: {ours}", self.name),
                model.params().named(ours).values,
                &expected,
                TOLERANCE,
            );
        }
        drop(fit);
        let losses = Arc::into_inner(losses).unwrap().into_inner().unwrap();
        let (losses, means) = losses.into_iter().unzip();
        Followed { case, model, losses, means, history }
    }

    fn check(self) {
        let Followed { case, losses, .. } = self.follow();
        assert_close(&case.name, &losses, case.array("expected.loss").data(), TOLERANCE);
    }
}

/// All rows in one batch, unless said otherwise, in their order.
fn fit(loss: Loss, optimizer: impl Into<Box<dyn Optimizer<f64>>>, epochs: usize) -> Fit<'static, f64> {
    let optimizer = optimizer.into();
    Fit { loss, optimizer, epochs, batch: 64, shuffle: false, progress: false, ..Fit::default() }
}

fn chain(layer: impl tapeloop::train::Describe<f64> + 'static, outputs: usize) -> Sequential<f64> {
    Sequential::default().add_named("rnn", layer).add_named("out", Dense::new(outputs))
}

const TORCH: &[(&str, &str, How)] = &[
    ("rnn.w_ih", "rnn.weight_ih_l0", How::Transposed),
    ("rnn.w_hh", "rnn.weight_hh_l0", How::Transposed),
    ("rnn.b_ih", "rnn.bias_ih_l0", How::AsItIs),
    ("rnn.b_hh", "rnn.bias_hh_l0", How::AsItIs),
    ("out.w", "out.weight", How::Transposed),
    ("out.b", "out.bias", How::AsItIs),
];

#[test]
fn pytorch_rnn_with_sgd_momentum_and_clipping() {
    let sgd = Sgd::pytorch(0.05, 0.9);
    let fit = Fit { clip: Some(Clip::PyTorch { max: 1.0, norm: Norm::L2 }), ..fit(Loss::Mse, sgd, 60) };
    Run { name: "sunspots_rnn_tanh_sgd", net: chain(SimpleRnn::pytorch(8), 1), weights: TORCH, fit }.check();
}

#[test]
fn pytorch_lstm_with_rmsprop() {
    let fit = fit(Loss::Mse, RmsProp::pytorch(0.01), 60);
    Run { name: "sunspots_lstm_rmsprop", net: chain(Lstm::pytorch(8), 1), weights: TORCH, fit }.check();
}

#[test]
fn pytorch_lstm_on_minibatches_with_adam_and_clipping() {
    let fit = fit(Loss::CategoricalCrossEntropyLogits, Adam::pytorch(0.005), 20);
    let fit = Fit { batch: 32, clip: Some(Clip::PyTorch { max: 5.0, norm: Norm::L2 }), ..fit };
    Run { name: "digits8x8_lstm_adam_minibatch", net: chain(Lstm::pytorch(16), 10), weights: TORCH, fit }
        .check();
}

#[test]
fn tf1_basic_rnn_with_gradient_descent_and_clipping() {
    let weights = &[
        ("rnn.w_ih", "rnn.basic_rnn_cell.kernel", How::Rows(0, 1)),
        ("rnn.w_hh", "rnn.basic_rnn_cell.kernel", How::Rows(1, 9)),
        ("rnn.b", "rnn.basic_rnn_cell.bias", How::AsItIs),
        ("out.w", "out_w", How::AsItIs),
        ("out.b", "out_b", How::AsItIs),
    ];
    let fit = Fit { clip: Some(Clip::GlobalNorm(1.0)), ..fit(Loss::Mse, Sgd::new(single(0.1)), 60) };
    Run { name: "tf1_sunspots_basicrnn_sgd_clip", net: chain(SimpleRnn::new(8), 1), weights, fit }.check();
}

/// A Python number on its way into TensorFlow 1, where it becomes a float32 even if the weights are f64.
fn single(x: f64) -> f64 {
    f64::from(x as f32)
}

const TF1: &[(&str, &str, How)] = &[
    ("rnn.kernel", "rnn.basic_lstm_cell.kernel", How::AsItIs),
    ("rnn.bias", "rnn.basic_lstm_cell.bias", How::AsItIs),
    ("out.w", "out_w", How::AsItIs),
    ("out.b", "out_b", How::AsItIs),
];

#[test]
fn tf1_basic_lstm_with_rmsprop() {
    let tf1 = RmsProp::tf1(single(0.01));
    let rms_prop = RmsProp { rho: single(tf1.rho), eps: single(tf1.eps), ..tf1 };
    let fit = fit(Loss::Mse, rms_prop, 60);
    Run { name: "tf1_sunspots_basiclstm_rmsprop", net: chain(BasicLstm::new(8), 1), weights: TF1, fit }
        .check();
}

#[test]
fn tf1_basic_lstm_with_adam() {
    let tf1 = Adam::tf1(single(0.005));
    let [beta1, beta2] = [tf1.beta1, tf1.beta2].map(single);
    let adam = Adam { beta1, beta2, eps: single(tf1.eps), ..tf1 };
    // It multiplies up the powers of β as float32, too. Learning rates make up for it.
    let power = |beta: f64, t: usize| f64::from((1..t).fold(beta as f32, |power, _| power * beta as f32));
    let exact = |beta: f64, t: usize| beta.powi(t as i32);
    let correction = |of: &dyn Fn(f64, usize) -> f64, t| (1.0 - of(beta2, t)).sqrt() / (1.0 - of(beta1, t));
    let lr = |t| single(0.005) * correction(&power, t) / correction(&exact, t);
    let rates = Schedule::Piecewise { lr: lr(1), then: (1..60).map(|done| (done, lr(done + 1))).collect() };
    let fit = Fit { rate: Rate::Steps(rates), ..fit(Loss::CategoricalCrossEntropyLogits, adam, 60) };
    Run { name: "tf1_digits8x8_basiclstm_adam", net: chain(BasicLstm::new(16), 10), weights: TF1, fit }
        .check();
}

#[test]
fn keras_fit_with_a_gru_and_rmsprop() {
    let weights = &[
        ("rnn.w_ih", "00.gru.gru_cell.kernel", How::AsItIs),
        ("rnn.w_hh", "01.gru.gru_cell.recurrent_kernel", How::AsItIs),
        ("rnn.b_ih", "02.gru.gru_cell.bias", How::Row(0)),
        ("rnn.b_hh", "02.gru.gru_cell.bias", How::Row(1)),
        ("out.w", "03.dense_1.kernel", How::AsItIs),
        ("out.b", "04.dense_1.bias", How::AsItIs),
    ];
    let fit = fit(Loss::CategoricalCrossEntropyLogits, RmsProp::keras(0.005), 4);
    let fit = Fit { batch: 32, ..fit };
    let run = Run { name: "keras_fit_digits_gru_rmsprop", net: chain(Gru::new(12), 10), weights, fit };
    let Followed { case, mut model, means, history, .. } = run.follow();
    assert_close("batches", &means, case.array("expected.running_mean_loss_after_batch").data(), TOLERANCE);
    assert_close("epochs", history.get("loss"), case.array("expected.epoch_loss").data(), TOLERANCE);
    let answers = model.predict(&case.array("input.x").into()).unwrap();
    let probabilities: Vec<f64> = answers.data().chunks_exact(10).flat_map(softmax).collect();
    assert_close("predict", &probabilities, case.array("expected.predict").data(), TOLERANCE);
}

fn softmax(logits: &[f64]) -> Vec<f64> {
    let sum: f64 = logits.iter().map(|x| x.exp()).sum();
    logits.iter().map(|x| x.exp() / sum).collect()
}
