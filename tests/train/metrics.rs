//! Metrics, against Keras', and where they are undecided.

use tapeloop::data::{Dataset, Targets};
use tapeloop::nn::Activation;
use tapeloop::optim::Adam;
use tapeloop::train::{Fit, InputShape, Loss, Metric, Sequential};
use tapeloop::{Array, Shape};

use crate::common::case::{Case, assert_close, folder};
use crate::nets::fit;

/// A metric of predictions, in batches of 4 rows: of a net that answers what it is given.
fn metric(metric: Metric, p: Array<f64>, y: impl Into<Targets<f64>>) -> f64 {
    let input = InputShape::values(p.shape().sizes()[1..].iter().map(|&size| Some(size)).collect::<Vec<_>>());
    let mut model = Sequential::default().add(Activation::Linear).build(input, 0).unwrap();
    let loss = if metric.is_categorical() { Loss::CategoricalCrossEntropyLogits } else { Loss::Mse };
    let settings = Fit { metrics: vec![metric], ..fit(loss, Adam::default(), 1, 4) };
    let [value] = model.evaluate(&Dataset::new(p, y).unwrap(), &settings).unwrap().metrics[..] else {
        panic!()
    };
    value
}

/// The rows of several arrays below each other.
fn below(arrays: &[Array<f64>]) -> Array<f64> {
    let rows = arrays.iter().map(|array| array.shape().sizes()[0]).sum();
    let shape: Shape = arrays[0].shape().with_size(0, rows);
    Array::new(shape, arrays.iter().flat_map(|array| array.data().to_vec()).collect())
}

fn compare(case: &Case) {
    let ours = match case.meta["metric"].as_str().unwrap() {
        "BinaryAccuracy" => {
            Metric::BinaryAccuracy { threshold: case.meta["config"]["threshold"].as_f64().unwrap() }
        }
        "CategoricalAccuracy" | "SparseCategoricalAccuracy" => Metric::Accuracy,
        "SparseTopKCategoricalAccuracy" => {
            Metric::TopK { k: case.meta["config"]["k"].as_u64().unwrap() as usize }
        }
        "MeanSquaredError" => Metric::Mse,
        "MeanAbsoluteError" => Metric::Mae,
        other => panic!("{other}"),
    };
    // Keras' metric goes on from batch to batch: after each it is that of all rows so far.
    let expected = case.array("expected.running");
    for (batch, &expected) in expected.data().iter().enumerate() {
        let all = |name: &str| {
            below(&(0..=batch).map(|b| case.array(&format!("input.{b}.{name}"))).collect::<Vec<_>>())
        };
        let y: Targets<f64> = if case.is_float("input.0.y_true") {
            all("y_true").into()
        } else {
            let batches = (0..=batch).flat_map(|b| case.integers(&format!("input.{b}.y_true")));
            batches.map(|class| class as usize).collect::<Vec<_>>().into()
        };
        let got = metric(ours, all("y_pred"), y);
        assert_close(&format!("{}, batch {batch}", case.name), &[got], &[expected], 1e-14);
    }
}

#[test]
fn metrics_are_those_of_keras_3() {
    let cases = folder("keras3/metrics");
    assert_eq!(cases.len(), 6);
    cases.iter().for_each(compare);
}

const ROWS: [f64; 12] = [0.1, 0.7, 0.2, 0.4, 0.4, 0.2, 0.3, 0.3, 0.3, 0.0, 0.5, 0.5];

#[test]
fn of_equal_outputs_the_first_counts() {
    let right = |k: usize, classes: [usize; 4]| {
        let metric_of = if k == 0 { Metric::Accuracy } else { Metric::TopK { k } };
        metric(metric_of, Array::new([4, 3], ROWS.to_vec()), classes.to_vec())
    };
    assert_eq!(right(0, [1, 0, 0, 1]), 1.0);
    assert_eq!(right(0, [1, 1, 0, 2]), 0.5);
    assert_eq!(right(1, [1, 1, 0, 2]), 0.5);
    assert_eq!(right(2, [2, 1, 1, 2]), 1.0);
    assert_eq!(right(2, [0, 2, 2, 0]), 0.0);
    assert_eq!((right(3, [0, 2, 2, 0]), right(9, [0, 2, 2, 0])), (1.0, 1.0));
}

/// One-hot rows say a class, too, and of each step if there is one for each.
#[test]
fn classes_may_be_rows_and_steps() {
    let p = || Array::new([2, 2, 3], ROWS.to_vec());
    let y = vec![0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0];
    assert_eq!(metric(Metric::Accuracy, p(), Array::new([2, 2, 3], y)), 0.5);
    assert_eq!(metric(Metric::Accuracy, p(), Targets::class_per_step(2, vec![1, 1, 0, 2])), 0.5);
    assert_eq!(metric(Metric::TopK { k: 2 }, p(), Targets::class_per_step(2, vec![1, 1, 0, 0])), 0.75);
}

#[test]
fn a_threshold_is_no_yet() {
    let p = || Array::new([4, 1], vec![0.5, 0.500001, -0.1, 0.1]);
    let at = |threshold: f64, y: [usize; 4]| metric(Metric::BinaryAccuracy { threshold }, p(), y.to_vec());
    assert_eq!(at(0.5, [0, 1, 0, 0]), 1.0);
    assert_eq!(at(0.0, [1, 1, 0, 1]), 1.0);
    assert_eq!(at(0.0, [0, 0, 1, 0]), 0.0);
    let soft = Array::new([4, 1], vec![0.4, 0.9, 0.2, 0.5]);
    assert_eq!(metric(Metric::BinaryAccuracy { threshold: 0.5 }, p(), soft), 1.0);
}

#[test]
fn nan_is_right_nowhere() {
    let p = || Array::new([2, 2], vec![f64::NAN, 0.1, 0.3, f64::NAN]);
    assert_eq!(metric(Metric::Accuracy, p(), vec![0, 1]), 0.0);
    assert_eq!(metric(Metric::TopK { k: 2 }, p(), vec![0, 1]), 0.0);
    assert!(metric(Metric::Mse, p(), Array::zeros([2, 2])).is_nan());
}

/// The numbers of a metric are in the column of its name, of two with one name in two.
#[test]
fn each_metric_has_a_column() {
    let metrics = vec![
        Metric::BinaryAccuracy { threshold: 0.0 },
        Metric::Mse,
        Metric::BinaryAccuracy { threshold: 9.0 },
        Metric::Mae,
        Metric::BinaryAccuracy { threshold: -9.0 },
    ];
    let p = Array::new([4, 1], vec![0.5, 0.25, -1.0, 2.0]);
    let data = Dataset::new(p, vec![1, 0, 0, 0]).unwrap();
    let mut model =
        Sequential::<f64>::default().add(Activation::Linear).build(InputShape::features(1), 0).unwrap();
    let mut settings = Fit { metrics, validation_split: 0.5, ..fit(Loss::Mse, Adam::default(), 2, 4) };
    let history = model.fit(&data, &mut settings).unwrap();
    let names = "loss, binary_accuracy, mse, binary_accuracy_1, mae, binary_accuracy_2, val_loss, val_binary_accuracy, \
                 val_mse, val_binary_accuracy_1, val_mae, val_binary_accuracy_2, lr";
    assert_eq!(history.names().collect::<Vec<_>>().join(", "), names);
    let of = |name: &str| history.get(name).to_vec();
    assert_eq!(of("binary_accuracy"), [0.5; 2]);
    assert_eq!((of("binary_accuracy_1"), of("binary_accuracy_2")), (vec![0.5; 2], vec![0.5; 2]));
    assert_eq!(
        (of("val_binary_accuracy"), of("val_binary_accuracy_1"), of("val_binary_accuracy_2")),
        (vec![0.5; 2], vec![1.0; 2], vec![0.0; 2])
    );
    assert_eq!((of("val_mse"), of("val_mae"), of("val_loss")), (vec![2.5; 2], vec![1.5; 2], vec![2.5; 2]));
    assert_eq!(Metric::TopK { k: 5 }.name(), "top_5_accuracy");
}
