//! Histories of masked nets against recorded runs of Keras' `fit`: losses and metrics are means over the steps that count,
//! those of an epoch means over rows; and the weights at the end.

use tapeloop::data::{Dataset, Inputs, Targets};
use tapeloop::nn::{Activation, Bidirectional, Dense, Embedding, Gru, Lstm, SimpleRnn};
use tapeloop::optim::Sgd;
use tapeloop::train::{Fit, InputShape, Loss, Metric, Sequential};

use crate::common::case::{Case, assert_close, folder};
use crate::nets::{fit, weights};

/// Keras divides a masked loss by the number of steps that count and 1e-7.
const TOLERANCE: f64 = 3e-8;
const T: usize = 6;

fn net(case: &Case) -> Sequential<f64> {
    let layers = case.meta["layers"].as_array().unwrap();
    layers.iter().fold(Sequential::default(), |net, layer| match layer.as_str().unwrap() {
        "embedding" => net.add(Embedding::new(7, 4).mask_zero(true)),
        "masking" => net, // the lengths of the inputs
        "lstm" => net.add(Lstm::new(5).return_sequences(true)),
        "gru" => net.add(Gru::new(4).return_sequences(true)),
        "rnn_last" => net.add(SimpleRnn::new(5)),
        "both" => net.add(Bidirectional::new(SimpleRnn::new(3).return_sequences(true))),
        "logits" => net.add(Dense::new(3)),
        "softmax" => net.add(Dense::new(3).activation(Activation::Softmax)),
        "sigmoid" => net.add(Dense::new(1).activation(Activation::Sigmoid)),
        "numbers" => net.add(Dense::new(2)),
        other => panic!("{other}"),
    })
}

fn loss(case: &Case) -> Loss {
    match case.meta["loss"].as_str().unwrap() {
        "sparse_categorical_crossentropy from_logits" => Loss::CategoricalCrossEntropyLogits,
        "categorical_crossentropy" => Loss::CategoricalCrossEntropy,
        "binary_crossentropy" => Loss::BinaryCrossEntropy,
        "mse" => Loss::Mse,
        "mae" => Loss::Mae,
        "huber" => Loss::Huber { delta: 1.0 },
        other => panic!("{other}"),
    }
}

fn metric(name: &str) -> Metric {
    match name {
        "sparse_categorical_accuracy" | "categorical_accuracy" => Metric::Accuracy,
        "sparse_top_k_categorical_accuracy" => Metric::TopK { k: 2 },
        "binary_accuracy" => Metric::BinaryAccuracy { threshold: 0.5 },
        "mse" => Metric::Mse,
        "mae" => Metric::Mae,
        other => panic!("{other}"),
    }
}

/// All arrays whose names begin so, one after the other: Keras' order of weights, gates and biases is ours.
fn all(case: &Case, prefix: &str) -> Vec<f64> {
    let names = case.names().into_iter().filter(|name| name.starts_with(prefix));
    names.flat_map(|name| case.array(&name).into_data()).collect()
}

fn follow(case: &Case) {
    let ids = |name: &str| case.integers(name).into_iter().map(|i| i as usize).collect::<Vec<_>>();
    let (input, inputs) = match case.is_float("input.x") {
        false => (InputShape::tokens(T), Inputs::ids(T, ids("input.x"))),
        true => {
            let x = Inputs::from(case.array("input.x"));
            (InputShape::sequence(T, 3), x.with_lengths(ids("input.lengths")).unwrap())
        }
    };
    let each_step = !case.meta["layers"].to_string().contains("rnn_last");
    let targets: Targets<f64> = match case.is_float("input.y") {
        true => case.array("input.y").into(),
        false if each_step => Targets::class_per_step(T, ids("input.y")),
        false => ids("input.y").into(),
    };
    let data = Dataset::new(inputs, targets).unwrap();

    let mut model = net(case).build(input, 0).unwrap();
    let handles: Vec<_> = model.params().iter().map(|entry| entry.param).collect();
    let mut theirs = &all(case, "param.")[..];
    for param in handles {
        let own;
        (own, theirs) = theirs.split_at(param.shape().len());
        model.params_mut()[param].copy_from_slice(own);
    }
    assert!(theirs.is_empty());

    let names: Vec<&str> =
        case.meta["metrics"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let metrics: Vec<Metric> = names.iter().map(|name| metric(name)).collect();
    let settings = fit(loss(case), Sgd::new(0.5), 3, 4);
    let mut settings = Fit { metrics: metrics.clone(), validation_split: 0.28, ..settings };
    let history = model.fit(&data, &mut settings).unwrap();
    let ours = metrics.iter().map(|metric| metric.name());
    let pairs = names.iter().map(ToString::to_string).zip(ours).chain([("loss".into(), "loss".into())]);
    for (theirs, ours) in pairs {
        for prefix in ["", "val_"] {
            let expected = case.array(&format!("expected.{prefix}{theirs}"));
            let got = history.get(&format!("{prefix}{ours}"));
            assert_close(&format!("{}: {prefix}{ours}", case.name), got, expected.data(), TOLERANCE);
        }
    }
    assert_close(&case.name, &weights(&model), &all(case, "expected.final."), TOLERANCE);
}

#[test]
fn masked_nets_learn_as_in_keras_3() {
    let cases = folder("keras3/masked");
    assert_eq!(cases.len(), 7);
    cases.iter().for_each(follow);
}
