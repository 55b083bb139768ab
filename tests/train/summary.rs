//! Names, shapes and counts of weights: what `summary` prints is what Keras prints, and what is so.

use tapeloop::data::Inputs;
use tapeloop::nn::{
    Activation, BasicLstm, Bidirectional, Dense, Dropout, Embedding, Gru, LayerNorm, Lstm, Merge, SimpleRnn,
};
use tapeloop::train::{Describe, Flatten, InputShape, Model, Sequential};

use crate::nets::{below, numbers};

/// The net of the tutorial: Keras' table has the same names but for their case, the same shapes and counts.
#[test]
fn the_table_of_the_keras_tutorial() {
    let rnn = SimpleRnn::new(32).return_sequences(true);
    let net = || Sequential::new().add(Embedding::new(10_000, 32)).add(rnn).add(rnn).add(rnn);
    let model = net().add(SimpleRnn::new(32)).build(InputShape::tokens(500), 0).unwrap();
    let expected = "\
┌──────────────────────────┬─────────────────┬─────────┐
│ Layer (type)             │ Output Shape    │ Param # │
├──────────────────────────┼─────────────────┼─────────┤
│ embedding (Embedding)    │ (None, 500, 32) │ 320,000 │
│ simple_rnn (SimpleRnn)   │ (None, 500, 32) │   2,080 │
│ simple_rnn_1 (SimpleRnn) │ (None, 500, 32) │   2,080 │
│ simple_rnn_2 (SimpleRnn) │ (None, 500, 32) │   2,080 │
│ simple_rnn_3 (SimpleRnn) │ (None, 32)      │   2,080 │
└──────────────────────────┴─────────────────┴─────────┘
Total params: 328,320 (1.25 MB)";
    assert_eq!(model.summary().to_string(), expected);
    assert_eq!((model.summary().weights(), model.params().count()), (328_320, 328_320));

    let any = net().add(SimpleRnn::new(32)).build(InputShape::tokens(500).any_length(), 0).unwrap();
    let shapes: Vec<String> = table(&any).into_iter().map(|row| row.2).collect();
    let all = "(None, None, 32)";
    assert_eq!(shapes, [all, all, all, all, "(None, 32)"]);
    assert_eq!(
        any.summary().to_string().lines().nth(4),
        Some("│ simple_rnn (SimpleRnn)   │ (None, None, 32) │   2,080 │")
    );
}

/// Name, kind, shape and count of each layer.
fn table(model: &Model) -> Vec<(String, String, String, usize)> {
    let row = |link: &tapeloop::train::Link<f32>| {
        (link.name.clone(), link.kind.to_owned(), link.output.to_string(), link.weights)
    };
    model.chain().links().iter().map(row).collect()
}

fn sequence(layer: impl Describe<f32> + 'static) -> Model {
    Sequential::new().add(layer).build(InputShape::sequence(7, 3), 0).unwrap()
}

/// Every layer on sequences of 7 steps with 3 numbers: what the table says of its output is the shape of its answers, and the
/// counts are those of the formulas.
#[test]
fn every_layer_has_the_shape_and_the_weights_that_it_says() {
    let (i, h) = (3, 5);
    let all = |layer: Lstm| layer.return_sequences(true);
    let both = |layer: Lstm| Bidirectional::new(layer);
    let cases = [
        (sequence(SimpleRnn::new(h)), "(None, 5)", i * h + h * h + h),
        (sequence(SimpleRnn::pytorch(h)), "(None, 5)", i * h + h * h + 2 * h),
        (sequence(Lstm::new(h)), "(None, 5)", 4 * (i * h + h * h + h)),
        (sequence(all(Lstm::new(h))), "(None, 7, 5)", 4 * (i * h + h * h + h)),
        (sequence(all(Lstm::new(h).projection(2))), "(None, 7, 2)", 4 * (i * h + 2 * h + h) + 2 * h),
        (sequence(Gru::new(h)), "(None, 5)", 3 * (i * h + h * h + 2 * h)),
        (sequence(BasicLstm::new(h)), "(None, 5)", (i + h) * 4 * h + 4 * h),
        (sequence(both(Lstm::new(h))), "(None, 10)", 8 * (i * h + h * h + h)),
        (sequence(both(all(Lstm::new(h)))), "(None, 7, 10)", 8 * (i * h + h * h + h)),
        (sequence(both(Lstm::new(h)).merge(Merge::Sum)), "(None, 5)", 8 * (i * h + h * h + h)),
        (sequence(Dense::new(h)), "(None, 7, 5)", i * h + h),
        (sequence(Dense::new(h).bias(false)), "(None, 7, 5)", i * h),
        (sequence(LayerNorm::new()), "(None, 7, 3)", 2 * i),
        (sequence(Dropout::new(0.5)), "(None, 7, 3)", 0),
        (sequence(Activation::Tanh), "(None, 7, 3)", 0),
        (sequence(Flatten), "(None, 21)", 0),
    ];
    for (mut model, shape, weights) in cases {
        let answers = model.predict(&Inputs::from(numbers([2, 7, 3], 1))).unwrap();
        let [(name, kind, said, count)] = &table(&model)[..] else { panic!("one layer") };
        assert_eq!((said.as_str(), *count), (shape, weights), "{name} ({kind})");
        assert_eq!(model.params().count(), weights, "{name}");
        let given: Vec<String> = answers.shape().sizes()[1..].iter().map(ToString::to_string).collect();
        let given = format!("(None, {})", given.join(", "));
        assert_eq!(given, shape, "{name}: the answers");
    }
}

#[test]
fn a_net_for_any_length_takes_any_length() {
    let model = || {
        let net = Sequential::new()
            .add(Embedding::new(20, 4))
            .add(Gru::new(3).return_sequences(true))
            .add(Dense::new(2));
        net.build(InputShape::tokens(6).any_length(), 0).unwrap()
    };
    let mut model = model();
    assert_eq!(model.chain().input().to_string(), "(None, None)");
    assert_eq!(model.chain().output().to_string(), "(None, None, 2)");
    for steps in [1, 6, 9] {
        let answers = model.predict(&Inputs::ids(steps, below(2 * steps, 20, 0))).unwrap();
        assert_eq!(answers.shape().sizes(), [2, steps, 2]);
    }
}

#[test]
fn layers_are_named_and_numbered_as_in_keras() {
    let model = Sequential::new()
        .add(LayerNorm::new())
        .add(Dense::new(4))
        .add(BasicLstm::new(4).return_sequences(true))
        .add_named("dense_2", Dense::new(4))
        .add(Dense::new(4))
        .add(Dense::new(4))
        .add_named("reader", Bidirectional::new(Gru::new(2)))
        .add(Dense::new(4))
        .build(InputShape::sequence(5, 3), 0)
        .unwrap();
    let names: Vec<String> = table(&model).into_iter().map(|row| row.0).collect();
    let expected =
        ["layer_norm", "dense", "basic_lstm", "dense_2", "dense_1", "dense_3", "reader", "dense_4"];
    assert_eq!(names, expected);
    for weights in ["dense_2.w", "reader.forward.w_ih", "reader.backward.b_hh", "layer_norm.gamma"] {
        assert!(model.params().find(weights).is_some(), "no {weights}");
    }
}

#[test]
fn sizes_have_units_and_thousands() {
    let end = |units: usize| {
        let dense = Dense::new(units).bias(false);
        let model = Sequential::new().add(dense).build(InputShape::features(1), 0).unwrap();
        model.summary().to_string().lines().last().unwrap().to_owned()
    };
    assert_eq!(end(3), "Total params: 3 (12 B)");
    assert_eq!(end(256), "Total params: 256 (1.00 KB)");
    assert_eq!(end(999), "Total params: 999 (3.90 KB)");
    assert_eq!(end(1_000), "Total params: 1,000 (3.91 KB)");
    assert_eq!(end(1_234_567), "Total params: 1,234,567 (4.71 MB)");
    let double = Sequential::<f64>::default().add(Dense::new(3)).build(InputShape::features(2), 0).unwrap();
    assert!(double.summary().to_string().ends_with("Total params: 9 (72 B)"));
}

/// `None` for one axis only prints as Python's tuple does.
#[test]
fn shapes_print_as_in_keras() {
    assert_eq!(InputShape::features(5).to_string(), "(None, 5)");
    assert_eq!(InputShape::sequence(4, 5).any_length().to_string(), "(None, None, 5)");
    assert_eq!(InputShape::tokens(4).to_string(), "(None, 4)");
    assert_eq!(InputShape::values([Some(4), None, Some(3)]).to_string(), "(None, 4, None, 3)");
    assert_eq!(InputShape::values([]).to_string(), "(None,)");
}
