//! Wrong data and settings: an error that says what is wrong and what to do, never a panic; and the net is what it was.

use tapeloop::data::{Dataset, Inputs, Targets};
use tapeloop::nn::{Activation, Bidirectional, Dense, Dropout, Embedding, Gru, Lstm, SimpleRnn};
use tapeloop::optim::{Adam, Clip, Norm, Sgd};
use tapeloop::train::{
    EarlyStopping, Fit, Flatten, InputShape, Loss, Metric, Model, ReduceOnPlateau, SaveBest, Sequential,
};
use tapeloop::{Array, Error, Shape};

use crate::common::numbers::all_same;
use crate::nets::{fit, numbers, weights};

/// Asserts that the message has all of these parts.
#[track_caller]
fn says<T>(result: Result<T, Error>, parts: &[&str]) {
    let Err(error) = result else { panic!("no error: {parts:?}") };
    let message = error.to_string();
    for part in parts {
        assert!(message.contains(part), "{message:?}, without {part:?}");
    }
}

const T: usize = 4;
const I: usize = 2;

fn built(net: Sequential<f64>, input: InputShape) -> Model<f64> {
    net.build(input, 1).unwrap()
}

fn net() -> Sequential<f64> {
    Sequential::default()
}

/// `[B, 3]`
fn classifier() -> Model<f64> {
    built(net().add(Gru::new(3)).add(Dense::new(3)), InputShape::sequence(T, I))
}

/// `[B, T, 3]`
fn tagger() -> Model<f64> {
    built(net().add(Gru::new(3).return_sequences(true)).add(Dense::new(3)), InputShape::sequence(T, I))
}

/// `[B, 1]`
fn regressor() -> Model<f64> {
    built(net().add(Gru::new(3)).add(Dense::new(1)), InputShape::sequence(T, I))
}

fn x(n: usize) -> Array<f64> {
    numbers([n, T, I], 1)
}

fn data(n: usize, targets: impl Into<Targets<f64>>) -> Dataset<f64> {
    Dataset::new(x(n), targets).unwrap()
}

fn plain(loss: Loss) -> Fit<'static, f64> {
    fit(loss, Adam::keras(0.1), 2, 2)
}

const LOGITS: Loss = Loss::CategoricalCrossEntropyLogits;

/// `fit`, `train_on_batch` and `evaluate` refuse these data with this message; not a weight moves, not a step is counted, and the net
/// still learns from the right data.
#[track_caller]
fn refuses(mut model: Model<f64>, data: &Dataset<f64>, mut settings: Fit<'_, f64>, parts: &[&str]) {
    let before = weights(&model);
    says(model.fit(data, &mut settings), parts);
    says(model.train_on_batch(data, &mut settings), parts);
    says(model.evaluate(data, &settings), parts);
    all_same(&weights(&model), &before, "weights");
    assert_eq!(settings.optimizer.steps(), 0);
}

/// As [`refuses`], where only `fit` asks.
#[track_caller]
fn fit_refuses(mut model: Model<f64>, data: &Dataset<f64>, mut settings: Fit<'_, f64>, parts: &[&str]) {
    let before = weights(&model);
    says(model.fit(data, &mut settings), parts);
    all_same(&weights(&model), &before, "weights");
    assert_eq!(settings.optimizer.steps(), 0);
}

#[test]
fn layers_that_do_not_fit_each_other() {
    let sequence = || InputShape::sequence(T, I);
    let refuse = |net: Sequential<f64>, input, parts: &[&str]| says(net.build(input, 0).map(drop), parts);
    refuse(net(), sequence(), &["sequential", "no layers", "add some"]);
    refuse(
        net().add(Gru::new(3)).add(Lstm::new(3)),
        sequence(),
        &["layer 2, lstm", "(None, T, I)", "gets (None, 3)", "must return sequences"],
    );
    refuse(
        net().add(Dense::new(3)).add(Flatten).add(Bidirectional::new(Gru::new(3))),
        sequence(),
        &["layer 3, bidirectional", "gets (None, 12)"],
    );
    refuse(net().add(Gru::new(3)), InputShape::features(3), &["layer 1, gru", "gets (None, 3)"]);
    refuse(
        net().add(Embedding::new(9, 2)),
        sequence(),
        &["layer 1, embedding", "needs ids", "numbers (None, 4, 2)", "first layer"],
    );
    refuse(
        net().add(Dense::new(2)).add(Embedding::new(9, 2)),
        sequence(),
        &["layer 2, embedding", "needs ids"],
    );
    for net in [
        net().add(Gru::new(3)),
        net().add(Dense::new(3)),
        net().add(Dropout::new(0.1)),
        net().add(Activation::Tanh),
        net().add(Flatten),
    ] {
        refuse(net, InputShape::tokens(T), &["layer 1", "gets ids", "put an embedding first"]);
    }
    refuse(
        net().add(Flatten),
        sequence().any_length(),
        &["layer 1, flatten", "needs to know all axes", "(None, None, 2)"],
    );
    refuse(
        net().add(Dense::new(3)),
        InputShape::values([Some(4), None]),
        &["layer 1, dense", "the last axis", "(None, 4, None)"],
    );
    refuse(net().add(Dense::new(3)), InputShape::values([]), &["layer 1, dense", "the last axis", "(None,)"]);
    refuse(
        net().add(Gru::new(3)),
        InputShape::values([Some(2), Some(3), Some(4)]),
        &["layer 1, gru", "(None, 2, 3, 4)"],
    );
    refuse(
        net().add(Gru::new(3)).add(Dropout::new(0.1).over_time(true)),
        sequence(),
        &["layer 2, dropout", "no steps"],
    );
    refuse(
        net().add_named("a", Dense::new(2)).add_named("a", Dense::new(2)),
        sequence(),
        &["layer 2, a", "of this name already", "give it another"],
    );
    refuse(
        net().add(Dense::new(2)).add_named("dense", Dense::new(2)),
        sequence(),
        &["layer 2, dense", "already"],
    );
    let both = || Bidirectional::new(Gru::new(3).return_sequences(true));
    refuse(
        net().add_named("a", both()).add_named("a.forward", Gru::new(3)),
        sequence(),
        &["layer 2, a.forward", "before a dot"],
    );
    refuse(
        net().add_named("a.forward", Dense::new(2)).add_named("a", both()),
        sequence(),
        &["layer 2, a", "another"],
    );
    net().add_named("a.b", Dense::new(2)).add_named("a.bc", Dense::new(2)).build(sequence(), 0).unwrap();
    for layer in [net().add(Bidirectional::new(Gru::new(3))), net().add(Gru::new(3).go_backwards(true))] {
        refuse(layer.stateful(true), sequence(), &["layer 1", "reads from the end", "stateful"]);
    }
    refuse(net().add(SimpleRnn::new(0)), sequence(), &["layer 1, simple_rnn", "(None, 0)", "one unit"]);
    refuse(net().add(Gru::new(2)).add(Dense::new(0)), sequence(), &["layer 2, dense", "one unit"]);
    let both = SimpleRnn::new(2).return_sequences(true);
    refuse(net().add(both), InputShape::sequence(0, I), &["(None, 0, 2)", "one step"]);
    assert_eq!(InputShape::values([]).any_length(), InputShape::values([]));
}

#[test]
fn inputs_and_targets_that_are_not_as_many() {
    says(
        Dataset::new(x(3), vec![0, 1]).map(drop),
        &["data", "[3, 4, 2]", "[2]", "each input needs one target"],
    );
    says(Dataset::new(x(3), Array::zeros([4, 3])).map(drop), &["[3, 4, 2]", "[4, 3]"]);
    says(Dataset::new(x(0), Array::zeros([0, 3])).map(drop), &["one at least"]);
    says(Dataset::new(Array::<f64>::zeros([]), Array::zeros([])).map(drop), &["one at least"]);
    let classes = Targets::<f64>::Classes { shape: Shape::from([3, 4]), classes: vec![0; 5] };
    says(Dataset::new(x(3), classes).map(drop), &["5 classes", "[3, 4]"]);
}

#[test]
fn lengths_that_are_none_of_these_inputs() {
    let lengths = |inputs: Inputs<f64>, lengths: &[usize]| inputs.with_lengths(lengths.to_vec()).map(drop);
    says(lengths(x(3).into(), &[1, 2]), &["lengths", "2 for 3 inputs", "one for each"]);
    says(lengths(x(3).into(), &[4, 5, 9]), &["input 1 is 5", "only 4 steps"]);
    says(lengths(Inputs::ids(3, vec![1; 6]), &[3, 4]), &["input 1 is 4", "only 3 steps"]);
    says(lengths(numbers([3, 4], 1).into(), &[1, 2, 3]), &["[3, 4]", "no steps", "[N, T, I]"]);
    says(lengths(numbers([3], 1).into(), &[0, 0, 0]), &["[3]", "no steps"]);
    lengths(x(3).into(), &[0, 4, 1]).unwrap();
    lengths(Inputs::bytes(2, 1, vec![1; 4], 1.0), &[2, 0]).unwrap();
}

#[test]
fn inputs_of_another_shape() {
    let words =
        || built(net().add(Embedding::new(9, 2)).add(Gru::new(2)), InputShape::tokens(3).any_length());
    let features = || built(net().add(Dense::new(2)), InputShape::features(T));
    let wrong: [(Model<f64>, Inputs<f64>, &[&str]); 10] = [
        (
            classifier(),
            numbers([5, T, 3], 1).into(),
            &["numbers [5, 4, 3]", "built for numbers (None, 4, 2)"],
        ),
        (classifier(), numbers([5, 3, I], 1).into(), &["[5, 3, 2]", "(None, 4, 2)"]),
        (classifier(), numbers([5, T], 1).into(), &["[5, 4]", "(None, 4, 2)"]),
        (classifier(), numbers([5, T, I, 1], 1).into(), &["[5, 4, 2, 1]", "(None, 4, 2)"]),
        (classifier(), numbers([5], 1).into(), &["[5]", "(None, 4, 2)"]),
        (classifier(), Inputs::ids(T, vec![1; 20]), &["ids [5, 4]", "built for numbers"]),
        (words(), numbers([5, 3], 1).into(), &["numbers [5, 3]", "built for ids (None, None)"]),
        (features(), Inputs::ids(T, vec![1; 20]), &["ids [5, 4]", "built for numbers (None, 4)"]),
        (words(), x(5).into(), &["numbers [5, 4, 2]", "built for ids (None, None)"]),
        (
            words(),
            Inputs::ids(3, [vec![8; 10], vec![9, 3], vec![12; 3]].concat()),
            &["id 9", "input 3, step 1", "vocabulary of 9", "larger embedding"],
        ),
    ];
    for (mut model, inputs, parts) in wrong {
        says(model.predict(&inputs), &[&["inputs"], parts].concat());
        let data = Dataset::new(inputs, vec![0; 5]).unwrap();
        let good = match model.chain().input() {
            input if input.is_ids() => Inputs::ids(3, vec![1; 6]),
            input if input.axes().len() == 1 => numbers([2, T], 1).into(),
            _ => x(2).into(),
        };
        let good = Dataset::new(good, vec![0, 1]).unwrap();
        let before = weights(&model);
        says(model.fit(&good, &mut Fit { validation: Some(&data), ..plain(LOGITS) }), parts);
        all_same(&weights(&model), &before, "weights");
        refuses(model, &data, plain(LOGITS), parts);
    }
}

#[test]
fn targets_of_another_shape() {
    let n = 5;
    type Wrong = (Model<f64>, Targets<f64>, Loss, &'static [&'static str]);
    let wrong: Vec<Wrong> = vec![
        (classifier(), numbers([n, 2], 1).into(), Loss::Mse, &["shape [5, 2]", "answers [5, 3]"]),
        (classifier(), numbers([n], 1).into(), Loss::Mse, &["shape [5]", "answers [5, 3]"]),
        (classifier(), numbers([n, T, 3], 1).into(), Loss::Mae, &["shape [5, 4, 3]", "answers [5, 3]"]),
        (tagger(), numbers([n, 3], 1).into(), Loss::Mse, &["shape [5, 3]", "answers [5, 4, 3]"]),
        (regressor(), numbers([n, 2], 1).into(), Loss::BinaryCrossEntropy, &["[5, 2]", "[5, 1]"]),
        (
            classifier(),
            numbers([n, 1], 1).into(),
            LOGITS,
            &["numbers [5, 1]", "[5, 3]", "a row of 3", "Vec<usize>"],
        ),
        (
            classifier(),
            numbers([n, 4], 1).into(),
            Loss::CategoricalCrossEntropy,
            &["numbers [5, 4]", "a row of 3"],
        ),
        (
            tagger(),
            vec![0; n].into(),
            LOGITS,
            &["classes [5]", "[5, 4, 3]", "one class for each of [5, 4]", "return_sequences"],
        ),
        (
            classifier(),
            Targets::class_per_step(T, vec![0; n * T]),
            LOGITS,
            &["classes [5, 4]", "one class for each of [5]"],
        ),
        (
            tagger(),
            Targets::class_per_step(2, vec![0; 2 * n]),
            LOGITS,
            &["classes [5, 2]", "one class for each of [5, 4]"],
        ),
        (classifier(), vec![0, 2, 1, 3, 9].into(), LOGITS, &["class 3 of row 3", "not below 3", "outputs"]),
        (
            tagger(),
            Targets::class_per_step(T, [vec![2; 9], vec![7; 11]].concat()),
            LOGITS,
            &["class 7 of row 2, step 1", "not below 3"],
        ),
        (regressor(), vec![0, 1, 0, 1, 0].into(), LOGITS, &["one output", "[5, 1]", "binary loss"]),
        (
            regressor(),
            numbers([n, 1], 1).into(),
            Loss::CategoricalCrossEntropy,
            &["one output", "binary loss"],
        ),
        (regressor(), vec![0, 1, 2, 1, 0].into(), Loss::BinaryCrossEntropy, &["class 2 of row 2", "0 and 1"]),
        (
            regressor(),
            vec![0, 1, 1, 1, 5].into(),
            Loss::BinaryCrossEntropyLogits,
            &["class 5 of row 4", "0 and 1"],
        ),
        (
            classifier(),
            vec![0, 1, 1, 1, 0].into(),
            Loss::Mse,
            &["classes [5]", "as numbers", "[5, 3]", "categorical"],
        ),
        (classifier(), vec![0, 1, 1, 1, 0].into(), Loss::BinaryCrossEntropy, &["classes [5]", "as numbers"]),
    ];
    for (model, targets, loss, parts) in wrong {
        refuses(model, &data(n, targets), plain(loss), &[&["targets"], parts].concat());
    }
}

/// A metric may want another kind of target than the loss: then there is no target for both.
#[test]
fn targets_that_the_loss_takes_but_a_metric_does_not() {
    let with = |loss, metric| Fit { metrics: vec![Metric::Mse, metric], ..plain(loss) };
    let numbers = || data(5, numbers([5, 3], 1));
    let classes = || data(5, vec![0, 1, 2, 0, 1]);
    classifier().fit(&numbers(), &mut with(Loss::Mse, Metric::Accuracy)).unwrap(); // the largest number of a row is a class
    refuses(
        classifier(),
        &classes(),
        with(LOGITS, Metric::Accuracy),
        &["classes [5]", "as numbers", "(mse)"],
    );
    let metrics = |metric| Fit { metrics: vec![metric], ..plain(LOGITS) };
    let binary = Metric::BinaryAccuracy { threshold: 0.0 };
    refuses(classifier(), &classes(), metrics(binary), &["as numbers", "(binary_accuracy)"]);
    refuses(
        classifier(),
        &classes(),
        Fit { metrics: vec![Metric::Accuracy], ..plain(Loss::Mse) },
        &["as numbers", "(loss)"],
    );
    let one = data(5, vec![0, 1, 1, 0, 1]);
    let settings = Fit { metrics: vec![Metric::Accuracy], ..plain(Loss::BinaryCrossEntropyLogits) };
    refuses(regressor(), &one, settings, &["one output", "binary", "(accuracy)"]);
}

#[test]
fn settings_that_nothing_can_be_trained_with() {
    let good = || data(6, vec![0, 1, 2, 0, 1, 2]);
    refuses(classifier(), &good(), Fit { batch: 0, ..plain(LOGITS) }, &["batch", "0 rows", "one at least"]);
    refuses(
        classifier(),
        &data(6, numbers([6, 3], 1)),
        plain(Loss::Huber { delta: 0.0 }),
        &["loss", "δ", "is 0", "above 0"],
    );
    refuses(
        classifier(),
        &data(6, numbers([6, 3], 1)),
        plain(Loss::Huber { delta: f64::NAN }),
        &["loss", "NaN"],
    );
    refuses(
        classifier(),
        &good(),
        Fit { metrics: vec![Metric::TopK { k: 0 }], ..plain(LOGITS) },
        &["metrics", "1 at least"],
    );
    for share in [1.0, 1.5, -0.1, f64::NAN, f64::INFINITY] {
        fit_refuses(
            classifier(),
            &good(),
            Fit { validation_split: share, ..plain(LOGITS) },
            &["validation_split", "not in [0, 1)"],
        );
    }
    let share = |validation_split| Fit { validation_split, ..plain(LOGITS) };
    fit_refuses(
        classifier(),
        &good(),
        share(0.9),
        &["validation_split", "0.9 of 6 rows", "0 to train with", "6 to look at"],
    );
    fit_refuses(classifier(), &data(1, vec![0]), share(0.5), &["0.5 of 1 rows", "0 to train with"]);
    let rest = good();
    let both = Fit { validation: Some(&rest), ..share(0.5) };
    fit_refuses(
        classifier(),
        &good(),
        both,
        &["validation_split", "validation data already", "one of the two"],
    );
    for clip in [
        Clip::Value(-1.0),
        Clip::Norm(f64::NAN),
        Clip::GlobalNorm(f64::INFINITY),
        Clip::PyTorch { max: -0.5, norm: Norm::L2 },
    ] {
        fit_refuses(
            classifier(),
            &good(),
            Fit { clip: Some(clip), ..plain(LOGITS) },
            &["clip", "the bound is"],
        );
    }
    let wrong = data(6, vec![0, 1, 2, 0, 1, 3]);
    let validation = Fit { validation: Some(&wrong), ..plain(LOGITS) };
    fit_refuses(classifier(), &good(), validation, &["class 3 of row 5", "not below 3"]);
}

/// Callbacks say before the first step that their number won't be there.
#[test]
fn callbacks_that_look_at_nothing() {
    let good = || data(6, vec![0, 1, 2, 0, 1, 2]);
    let names = &["callback", "\"val_loss\"", "loss, accuracy, lr", "validation data"];
    let settings = || Fit { metrics: vec![Metric::Accuracy], ..plain(LOGITS) };
    let path = crate::common::files::place("errors_save_best");
    fit_refuses(
        classifier(),
        &good(),
        Fit { callbacks: vec![Box::new(EarlyStopping::new("val_loss", 3))], ..settings() },
        names,
    );
    fit_refuses(
        classifier(),
        &good(),
        Fit { callbacks: vec![Box::new(ReduceOnPlateau::new("val_loss", 0.5, 3))], ..settings() },
        names,
    );
    fit_refuses(
        classifier(),
        &good(),
        Fit { callbacks: vec![Box::new(SaveBest::new(&path, "val_loss"))], ..settings() },
        names,
    );
    let other = Fit {
        callbacks: vec![Box::new(EarlyStopping::new("val_acc", 3))],
        validation_split: 0.5,
        ..settings()
    };
    fit_refuses(classifier(), &good(), other, &["\"val_acc\"", "loss, accuracy, val_loss, val_accuracy, lr"]);
    let mut right = Fit {
        callbacks: vec![Box::new(EarlyStopping::new("val_accuracy", 3))],
        validation_split: 0.5,
        ..settings()
    };
    classifier().fit(&good(), &mut right).unwrap();

    // A file that can't be written ends training.
    let nowhere = path.parent().unwrap().join("nowhere/log.csv");
    let mut settings =
        Fit { callbacks: vec![Box::new(tapeloop::train::CsvLog::new(&nowhere))], ..settings() };
    says(classifier().fit(&good(), &mut settings), &["cannot write", "nowhere"]);
}

#[test]
fn stateful_nets_and_pieces_need_certain_data() {
    let stateful = || {
        let net = net().add(Gru::new(3).return_sequences(true)).add(Dense::new(1)).stateful(true);
        built(net, InputShape::sequence(T, I))
    };
    let y = |n: usize| data(n, numbers([n, T, 1], 2));
    fit_refuses(
        stateful(),
        &y(6),
        Fit { shuffle: true, ..plain(Loss::Mse) },
        &["shuffle", "given order", "false"],
    );
    fit_refuses(
        stateful(),
        &y(5),
        plain(Loss::Mse),
        &["batch", "whole batches", "5 rows of the training data", "multiple of 2"],
    );
    fit_refuses(
        stateful(),
        &y(6),
        Fit { validation_split: 0.5, ..plain(Loss::Mse) },
        &["3 rows of the training data"],
    );
    let rest = y(3);
    fit_refuses(
        stateful(),
        &y(6),
        Fit { validation: Some(&rest), ..plain(Loss::Mse) },
        &["3 rows of the validation data"],
    );
    fit_refuses(
        stateful(),
        &y(5),
        Fit { validation_split: 0.2, ..plain(Loss::Mse) },
        &["1 rows of the validation data"],
    );
    says(stateful().evaluate(&y(5), &plain(Loss::Mse)), &["whole batches", "5 rows"]);

    // Rows continue rows: there must be as many.
    let mut model = stateful();
    model.predict(&x(3).into()).unwrap();
    let parts = &["each of the 5", "continue one of the 3", "as many", "reset_state"];
    says(model.predict(&x(5).into()), parts);
    says(model.train_on_batch(&y(5), &mut plain(Loss::Mse)), parts);
    model.predict(&x(3).into()).unwrap();
    model.reset_state();
    model.predict(&x(5).into()).unwrap();
    model.fit(&y(6), &mut plain(Loss::Mse)).unwrap();
    says(model.predict(&x(5).into()), &["each of the 5", "continue one of the 2"]);

    let cut = |k| Fit { truncate: Some(k), ..plain(Loss::Mse) };
    let each = || data(6, numbers([6, T, 3], 2));
    fit_refuses(tagger(), &each(), cut(0), &["truncate", "0 steps", "one at least"]);
    let both = built(
        net().add(Bidirectional::new(Gru::new(2).return_sequences(true))).add(Dense::new(3)),
        InputShape::sequence(T, I),
    );
    fit_refuses(both, &each(), cut(2), &["truncate", "bidirectional reads from the end"]);
    fit_refuses(
        classifier(),
        &data(6, numbers([6, 3], 2)),
        cut(2),
        &["truncate", "every step needs", "[6, 3]", "return sequences"],
    );
    let features = built(net().add(Dense::new(3)), InputShape::features(3));
    let flat = Dataset::new(numbers([6, 3], 1), numbers([6, 3], 2)).unwrap();
    fit_refuses(features, &flat, cut(2), &["truncate", "every step needs"]);
}

/// Sizes that are as small, or data that are as odd, as can be: they train, or are refused in words.
#[test]
fn odd_data_are_trained_with() {
    let train = |mut model: Model<f64>, data: &Dataset<f64>, settings: Fit<'_, f64>| {
        let mut settings = settings;
        let history = model.fit(data, &mut settings).unwrap();
        assert_eq!(history.epochs(), settings.epochs);
        assert!(history.get("loss").iter().all(|loss| loss.is_finite()));
        model
    };
    let sequence = |t, i| InputShape::sequence(t, i);
    let small = |input: InputShape| built(net().add(SimpleRnn::new(1)).add(Dense::new(1)), input);
    // T = 1, I = 1, N = 1; a batch that is larger than all; no epoch.
    let one = Dataset::new(numbers([1, 1, 1], 1), numbers([1, 1], 2)).unwrap();
    train(small(sequence(1, 1)), &one, Fit { batch: 100, ..plain(Loss::Mse) });
    let model = train(small(sequence(1, 1)), &one, Fit { epochs: 0, ..plain(Loss::Mse) });
    assert_eq!(weights(&model), weights(&small(sequence(1, 1))));
    train(small(sequence(1, 1)), &one, Fit { batch: usize::MAX, shuffle: true, ..plain(Loss::Mse) });
    // Features without time; four axes; targets without the last axis.
    let features = Dataset::new(numbers([5, 3], 1), numbers([5], 2)).unwrap();
    train(
        built(net().add(Dense::new(4)).add(Dense::new(1)), InputShape::features(3)),
        &features,
        plain(Loss::Mae),
    );
    let four = Dataset::new(numbers([5, 2, 3, 2], 1), numbers([5, 2, 3, 4], 2)).unwrap();
    let axes = || InputShape::values([Some(2), Some(3), Some(2)]);
    train(built(net().add(Dense::new(4)), axes()), &four, plain(Loss::Mse));
    let classes = Targets::Classes { shape: Shape::from([5, 2, 3]), classes: vec![1; 30] };
    let four = Dataset::new(numbers([5, 2, 3, 2], 1), classes).unwrap();
    train(
        built(net().add(Dense::new(4)), axes()),
        &four,
        Fit { metrics: vec![Metric::Accuracy], ..plain(LOGITS) },
    );
    // Several axes of any size.
    let any = InputShape::values([None, None, Some(2)]);
    let mut model = train(built(net().add(Dense::new(4)), any), &four, plain(LOGITS));
    assert_eq!(model.predict(&numbers([1, 7, 2, 2], 1).into()).unwrap().shape().sizes(), [1, 7, 2, 4]);
    // Sequences without a step.
    let none = Dataset::new(Array::zeros([3, 0, 2]), numbers([3, 1], 2)).unwrap();
    train(small(sequence(0, 2)), &none, plain(Loss::Mse));
    let none = Dataset::new(Array::zeros([3, 0, 2]), Array::zeros([3, 0, 1])).unwrap();
    let mut each = built(
        net().add(SimpleRnn::new(2).return_sequences(true)).add(Dense::new(1)),
        sequence(0, 2).any_length(),
    );
    each.fit(&none, &mut Fit { truncate: Some(2), ..plain(Loss::Mse) }).unwrap();
    each.fit(&none, &mut plain(Loss::Mse)).unwrap();
    // No inputs at all.
    let answers = classifier().predict(&x(0).into()).unwrap();
    assert_eq!(answers.shape().sizes(), [0, 3]);
    assert_eq!(tagger().predict(&x(0).into()).unwrap().shape().sizes(), [0, T, 3]);
    // A layer that has no weights.
    train(
        built(net().add(Flatten), sequence(2, 1)),
        &Dataset::new(numbers([3, 2, 1], 1), numbers([3, 2], 2)).unwrap(),
        plain(Loss::Mse),
    );
    let nothing = built(net().add(Embedding::new(0, 3)).add(Gru::new(2)), InputShape::tokens(2));
    refuses(
        nothing,
        &Dataset::new(Inputs::ids(2, vec![0, 0]), numbers([1, 2], 2)).unwrap(),
        plain(Loss::Mse),
        &["id 0", "vocabulary of 0"],
    );
}

/// Numbers that are none train to numbers that are none.
#[test]
fn nan_and_infinity_among_the_data_are_no_reason_to_panic() {
    for odd in [f64::NAN, f64::INFINITY, f64::MAX] {
        for (loss, metric) in [
            (Loss::Mse, Metric::Mae),
            (LOGITS, Metric::TopK { k: 2 }),
            (Loss::BinaryCrossEntropy, Metric::BinaryAccuracy { threshold: 0.5 }),
            (Loss::CategoricalCrossEntropy, Metric::Accuracy),
            (Loss::Huber { delta: 1.0 }, Metric::Mse),
        ] {
            let mut x = x(5);
            x.data_mut()[3] = odd;
            let mut y = numbers([5, 3], 2);
            y.data_mut()[14] = odd;
            let data = Dataset::new(x, y).unwrap();
            let settings = Fit {
                metrics: vec![metric],
                clip: Some(Clip::GlobalNorm(1.0)),
                validation_split: 0.2,
                ..plain(loss)
            };
            let mut settings = Fit {
                callbacks: vec![
                    Box::new(EarlyStopping::new("val_loss", 1)),
                    Box::new(ReduceOnPlateau::new("loss", 0.5, 1)),
                ],
                ..settings
            };
            let mut model = classifier();
            model.fit(&data, &mut settings).unwrap();
            model.evaluate(&data, &settings).unwrap();
            model.predict(data.inputs()).unwrap();
        }
    }
    let mut rate = Fit { optimizer: Sgd::new(1e300).into(), epochs: 4, ..plain(Loss::Mse) };
    let history = regressor().fit(&data(5, numbers([5, 1], 2)), &mut rate).unwrap();
    assert!(!history.last("loss").unwrap().is_finite());
}
