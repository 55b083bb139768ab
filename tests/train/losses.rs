//! The losses: their gradients through whole nets, their targets in several forms, and what Keras makes of the same numbers.

use tapeloop::check::gradcheck_params;
use tapeloop::data::{Dataset, Inputs, Minibatch, Targets};
use tapeloop::nn::{Activation, Dense, Gru, Lstm};
use tapeloop::train::{Fit, InputShape, Loss, Model, Sequential};
use tapeloop::{Array, Memory, Params, Tape};

use crate::common::case::{Case, assert_close, folder};
use crate::common::numbers::all_same;
use crate::nets::{below, fit, numbers, weights};

const N: usize = 4;
const T: usize = 5;
const LOSSES: [Loss; 7] = [
    Loss::Mse,
    Loss::Mae,
    Loss::Huber { delta: 0.4 },
    Loss::BinaryCrossEntropy,
    Loss::BinaryCrossEntropyLogits,
    Loss::CategoricalCrossEntropy,
    Loss::CategoricalCrossEntropyLogits,
];

/// What a net for this loss ends with.
fn activation(loss: Loss) -> Activation {
    match loss {
        Loss::BinaryCrossEntropy => Activation::Sigmoid,
        Loss::CategoricalCrossEntropy => Activation::Softmax,
        _ => Activation::Linear,
    }
}

fn net(loss: Loss, sequences: bool, outputs: usize) -> Model<f64> {
    let net = Sequential::default()
        .add(Lstm::new(3).return_sequences(true))
        .add(Gru::new(2).return_sequences(sequences))
        .add(Dense::new(outputs).activation(activation(loss)));
    let mut model = net.build(InputShape::sequence(T, 2), 3).unwrap();
    // Answers far from each other, so that no error is at the kink of an absolute value.
    model.params_mut().flat_mut().iter_mut().for_each(|w| *w *= 1.5);
    model
}

/// Every kind of target that a loss takes, for `[N, O]` or `[N, T, O]`.
fn targets(loss: Loss, sequences: bool, outputs: usize) -> Vec<(&'static str, Targets<f64>)> {
    let (rows, axes) = if sequences { (N * T, vec![N, T]) } else { (N, vec![N]) };
    let shape =
        |last: Option<usize>| tapeloop::Shape::new(&axes.iter().copied().chain(last).collect::<Vec<_>>());
    let classes = |count: usize| Targets::Classes { shape: shape(None), classes: below(rows, count, 1) };
    let values = |last: Option<usize>, f: &dyn Fn(usize) -> f64| {
        let shape = shape(last);
        Targets::Values(Array::new(shape, (0..shape.len()).map(f).collect()))
    };
    let noise: Array<f64> = numbers([rows * outputs], 8);
    if loss.is_categorical() {
        let one_hot = below(rows, outputs, 1);
        let one_hot = move |i: usize| f64::from(u8::from(one_hot[i / outputs] == i % outputs));
        let soft = move |i: usize| (1.0 + (i % outputs) as f64) / (outputs * (outputs + 1) / 2) as f64;
        return vec![
            ("classes", classes(outputs)),
            ("one-hot", values(Some(outputs), &one_hot)),
            ("soft", values(Some(outputs), &soft)),
        ];
    }
    let numbers = |i: usize| match loss {
        Loss::BinaryCrossEntropy | Loss::BinaryCrossEntropyLogits => 0.5 + 0.5 * noise.data()[i],
        _ => 2.0 * noise.data()[i],
    };
    let mut all = vec![("numbers", values(Some(outputs), &numbers))];
    if outputs == 1 {
        all.push(("numbers without the last axis", values(None, &numbers)));
        all.push(("classes as numbers", classes(2)));
    }
    all
}

fn inputs(masked: bool) -> Inputs<f64> {
    let x = Inputs::from(numbers([N, T, 2], 1));
    if masked { x.with_lengths(vec![5, 2, 3, 1]).unwrap() } else { x }
}

/// All losses, with all kinds of targets, one for a sequence or for each step, masked or not: every weight of the net.
#[test]
fn gradients_through_a_net_are_right() {
    let mut checked = 0;
    for loss in LOSSES {
        for (sequences, masked) in [(false, false), (true, false), (true, true), (false, true)] {
            for outputs in [1, 3] {
                if loss.is_categorical() && outputs == 1 {
                    continue;
                }
                for (kind, targets) in targets(loss, sequences, outputs) {
                    let data = Dataset::new(inputs(masked), targets).unwrap();
                    let model = net(loss, sequences, outputs);
                    let mut batch = Minibatch::new();
                    batch.fill(&data, &[2, 0, 3]);
                    let batch: &'static Minibatch<f64> = Box::leak(Box::new(batch));
                    let report = gradcheck_params(
                        |tape| {
                            let answer = model.chain().forward(tape, batch, None, &mut []);
                            loss.of(answer.x(), batch, answer.mask)
                        },
                        model.params(),
                    );
                    let what = format!(
                        "{loss:?}, {kind}, {outputs} outputs, each step {sequences}, masked {masked}"
                    );
                    let report = report.unwrap_or_else(|e| panic!("{what}: {e}"));
                    assert!(report.to_string().contains("derivatives agree"), "{what}");
                    checked += 1;
                }
            }
        }
    }
    assert_eq!(checked, 4 * (5 * 4 + 2 * 3));
}

/// The weights after an epoch, and its loss.
fn trained(model: &mut Model<f64>, loss: Loss, targets: impl Into<Targets<f64>>) -> (f64, Vec<f64>) {
    let data = Dataset::new(inputs(false), targets).unwrap();
    let settings = fit(loss, tapeloop::optim::Adam::keras(0.01), 3, 3);
    let history = model.fit(&data, &mut Fit { ..settings }).unwrap();
    (history.last("loss").unwrap(), weights(model))
}

#[test]
fn classes_are_rows_with_a_1_and_numbers_0_and_1() {
    for loss in [Loss::CategoricalCrossEntropy, Loss::CategoricalCrossEntropyLogits] {
        for sequences in [false, true] {
            let mut all = targets(loss, sequences, 3).into_iter().map(|(_, targets)| targets);
            let (classes, one_hot, soft) = (all.next().unwrap(), all.next().unwrap(), all.next().unwrap());
            let by_class = trained(&mut net(loss, sequences, 3), loss, classes);
            let by_row = trained(&mut net(loss, sequences, 3), loss, one_hot);
            assert_close(&format!("{loss:?}"), &by_class.1, &by_row.1, 1e-12);
            assert_close(&format!("{loss:?}"), &[by_class.0], &[by_row.0], 1e-13);
            assert_ne!(trained(&mut net(loss, sequences, 3), loss, soft).1, by_row.1);
        }
    }
    for loss in [Loss::Mse, Loss::BinaryCrossEntropy, Loss::BinaryCrossEntropyLogits] {
        let classes = below(N, 2, 1);
        let numbers: Vec<f64> = classes.iter().map(|&class| class as f64).collect();
        let by_class = trained(&mut net(loss, false, 1), loss, classes);
        let flat = trained(&mut net(loss, false, 1), loss, Array::new([N], numbers.clone()));
        let by_row = trained(&mut net(loss, false, 1), loss, Array::new([N, 1], numbers));
        for (other, losses) in [(&by_row.1, by_row.0), (&flat.1, flat.0)] {
            all_same(&by_class.1, other, "weights");
            assert_eq!(by_class.0.to_bits(), losses.to_bits());
        }
    }
}

/// A softmax or a sigmoid at the end and the loss of probabilities, or neither and the loss of logits.
#[test]
fn probabilities_and_logits_are_two_ways_to_one_loss() {
    let pairs = [
        (Loss::CategoricalCrossEntropy, Loss::CategoricalCrossEntropyLogits, 3),
        (Loss::BinaryCrossEntropy, Loss::BinaryCrossEntropyLogits, 1),
    ];
    for (probabilities, logits, outputs) in pairs {
        let targets = || targets(probabilities, true, outputs).pop().unwrap().1;
        let one = trained(&mut net(probabilities, true, outputs), probabilities, targets());
        let other = trained(&mut net(logits, true, outputs), logits, targets());
        assert_close("loss", &[one.0], &[other.0], 1e-12);
        assert_close("weights", &one.1, &other.1, 1e-10);
    }
}

/// Probabilities of 0 and 1 are clipped: the loss is Keras' largest one, not infinite.
#[test]
fn a_wrong_certainty_is_clipped() {
    let model =
        |activation| Sequential::<f64>::default().add(activation).build(InputShape::features(2), 0).unwrap();
    let x = Array::new([1, 2], vec![1000.0, -1000.0]);
    let data = Dataset::new(x.clone(), vec![1]).unwrap();
    let loss = |mut model: Model<f64>, data: &Dataset<f64>, loss| {
        model.evaluate(data, &fit(loss, tapeloop::optim::Adam::default(), 1, 1)).unwrap().loss
    };
    assert_eq!(loss(model(Activation::Softmax), &data, Loss::CategoricalCrossEntropy), -1e-7_f64.ln());
    assert_eq!(loss(model(Activation::Linear), &data, Loss::CategoricalCrossEntropyLogits), 2000.0);
    let yes_no = Dataset::new(x, Array::new([1, 2], vec![0.0, 1.0])).unwrap();
    let clipped = loss(model(Activation::Sigmoid), &yes_no, Loss::BinaryCrossEntropy);
    assert!((clipped + 1e-7_f64.ln()).abs() < 1e-8, "{clipped}");
    assert_eq!(loss(model(Activation::Linear), &yes_no, Loss::BinaryCrossEntropyLogits), 1000.0);
}

/// A loss and its gradient by the prediction.
fn of(loss: Loss, case: &Case, targets: Targets<f64>) -> (f64, Vec<f64>) {
    let prediction = case.array("input.y_pred");
    let mut batch = Minibatch::new();
    let rows: Vec<usize> = (0..prediction.shape().sizes()[0]).collect();
    batch.fill(&Dataset::new(prediction.clone(), targets).unwrap(), &rows);
    let params = Params::new(0);
    let tape = Tape::new(&params, Memory::new());
    let prediction = tape.variable(&prediction);
    let loss = loss.of(prediction, &batch, None);
    tape.backward(loss, &mut params.zero_gradients());
    (loss.item(), prediction.grad())
}

/// Every loss: value and gradient. A recorded sum is that of the means of the rows. (Other reductions: `tests/ops/keras_losses.rs`.)
#[test]
fn losses_are_those_of_keras_3() {
    let known = |name: &str| match name {
        "mse_sum" => Some(Loss::Mse),
        "mae_sum" | "mae_sum_over_batch_size" => Some(Loss::Mae),
        "huber_sum" | "huber_sum_over_batch_size" => Some(Loss::Huber { delta: 0.7 }),
        "bce_sum" => Some(Loss::BinaryCrossEntropy),
        "bce_logits_sum" => Some(Loss::BinaryCrossEntropyLogits),
        "cce_soft" | "cce_logits_sum" | "scce_logits_sum" | "scce_logits_sum_over_batch_size" => {
            Some(Loss::CategoricalCrossEntropyLogits)
        }
        "cce_sum" | "cce_sum_over_batch_size" | "scce_sum" | "scce_sum_over_batch_size" => {
            Some(Loss::CategoricalCrossEntropy)
        }
        _ => None,
    };
    let mut compared = 0;
    for case in folder("keras3/losses") {
        let Some(loss) = known(&case.name) else { continue };
        let targets: Targets<f64> = match case.is_float("input.y_true") {
            true => case.array("input.y_true").into(),
            false => case.integers("input.y_true").into_iter().map(|c| c as usize).collect::<Vec<_>>().into(),
        };
        let (value, grad) = of(loss, &case, targets);
        let rows = case.array("input.y_pred").shape().sizes()[0] as f64;
        let scale = if case.name.ends_with("_sum") { rows } else { 1.0 };
        let upstream = case.array("upstream.loss").data()[0] * scale;
        let grad: Vec<f64> = grad.iter().map(|g| g * upstream).collect();
        assert_close(&case.name, &[value * scale], case.array("expected.loss").data(), 1e-13);
        assert_close(&case.name, &grad, case.array("grad.y_pred").data(), 1e-13);
        compared += 1;
    }
    assert_eq!(compared, 15);
}
