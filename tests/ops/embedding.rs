//! `Embedding`: gradients over all shapes and uses, what it refuses, and the same numbers as other libraries.

use crate::common::case::{Case, assert_close, folder};
use crate::common::numbers::real;
use crate::common::panics::panics;
use tapeloop::check::gradcheck_params;
use tapeloop::nn::{Dense, Embedding, EmbeddingLayer, SimpleRnn};
use tapeloop::optim::{Clip, Optimizer, Sgd};
use tapeloop::{Gradients, Init, Memory, Params, Shape, Tape, Var};

const SHAPES: [[usize; 4]; 9] = // B, T, V, D
    [
        [1, 1, 1, 1],
        [1, 1, 5, 3],
        [2, 1, 3, 2],
        [3, 5, 2, 3],
        [5, 3, 5, 1],
        [1, 5, 1, 5],
        [2, 3, 5, 5],
        [0, 3, 5, 2],
        [2, 0, 5, 2],
    ];

/// Ids that repeat; above the middle of the vocabulary there are words that don't occur.
fn ids(b: usize, t: usize, v: usize) -> Vec<usize> {
    (0..b * t).map(|i| (i * i + i / 2) % v.div_ceil(2)).collect()
}

fn normal() -> Init {
    Init::Normal { mean: 0.0, std: 1.0 }
}

fn embedding(v: usize, d: usize) -> (Params<f64>, EmbeddingLayer) {
    let mut params = Params::new(1);
    let layer = Embedding::new(v, d).init(normal()).build(&mut params, "words");
    (params, layer)
}

/// `Σ u·y²`, with fixed numbers `u`.
fn weighted<'t>(y: Var<'t, f64>, seed: u64) -> Var<'t, f64> {
    (y * y * y.tape().input(y.shape(), &real(y.shape().len(), seed))).sum()
}

fn gradients(
    params: &Params<f64>,
    loss: impl for<'t> Fn(&'t Tape<'t, f64>) -> Var<'t, f64>,
) -> Gradients<f64> {
    let tape = Tape::new(params, Memory::new());
    let mut grads = params.zero_gradients();
    tape.backward(loss(&tape), &mut grads);
    grads
}

/// The rows of the only table that were touched.
fn touched(grads: &Gradients<f64>, layer: &EmbeddingLayer) -> Vec<usize> {
    let [v, d] = [layer.table.shape().rows(), layer.table.shape().last()];
    let rows = grads.touched().filter(|range| range.end <= v * d).flat_map(|r| r.start / d..r.end / d);
    let mut rows: Vec<usize> = rows.collect();
    rows.sort_unstable();
    rows
}

#[test]
fn every_use_of_the_table_has_the_right_gradient() {
    for [b, t, v, d] in SHAPES {
        let (params, layer) = embedding(v, d);
        let (ids, others) = (ids(b, t, v), [v - 1, 0, v - 1]);
        let check = |what: &str, loss: &dyn for<'t> Fn(&'t Tape<'t, f64>) -> Var<'t, f64>| {
            gradcheck_params(loss, &params).unwrap_or_else(|e| panic!("{what}, {:?}: {e}", [b, t, v, d]));
        };
        check("once", &|tape| weighted(layer.forward(tape, [b, t], &ids), 1));
        check("twice", &|tape| {
            weighted(layer.forward(tape, [b, t], &ids), 1) + weighted(layer.forward(tape, [3], &others), 2)
        });
        // The scores of all words, by the same table, before and after the rows are read.
        check("tied", &|tape| {
            let table = tape.param(layer.table);
            let before = weighted(tape.input([2, d], &real(2 * d, 3)).matmul_nt(table), 4);
            let y = layer.forward(tape, [b * t], &ids);
            before + weighted(y, 1) + weighted(y.matmul_nt(table), 5)
        });
    }
}

#[test]
fn a_net_of_words_has_the_right_gradients() {
    let mut params = Params::new(2);
    let words = Embedding::new(5, 3).init(normal()).build(&mut params, "words");
    let rnn = SimpleRnn::new(2).build(&mut params, "rnn", 3);
    let classes = Dense::new(4).build(&mut params, "classes", 2);
    gradcheck_params(
        |tape| {
            let x = words.forward(tape, [2, 3], &[4, 0, 4, 1, 1, 1]);
            classes.forward(rnn.forward(x)).cross_entropy(&[3, 0])
        },
        &params,
    )
    .unwrap();
}

#[test]
fn a_gradient_is_added_to_what_is_there() {
    let (params, layer) = embedding(5, 2);
    let loss = |tape: &Tape<'_, f64>, grads: &mut Gradients<f64>| {
        let y = layer.forward(tape, [3], &[3, 1, 3]);
        tape.backward(weighted(y, 1), grads);
    };
    let tape = Tape::new(&params, Memory::new());
    let mut grads = params.zero_gradients();
    loss(&tape, &mut grads);
    assert_eq!(touched(&grads, &layer), [1, 3]);
    let once = grads[layer.table].to_vec();
    loss(&tape, &mut grads);
    let twice: Vec<f64> = once.iter().map(|g| 2.0 * g).collect();
    assert_close("two passes", &grads[layer.table], &twice, 1e-15);
    assert_eq!(touched(&grads, &layer), [1, 3], "still");

    grads.zero();
    assert!(touched(&grads, &layer).is_empty());
    assert!(grads.flat().iter().all(|&g| g == 0.0));
    grads[layer.table].fill(1.0);
    assert_eq!(touched(&grads, &layer), [0, 1, 2, 3, 4], "the user may have written anywhere");
    loss(&tape, &mut grads);
    let more: Vec<f64> = once.iter().map(|g| 1.0 + g).collect();
    assert_close("over the user's", &grads[layer.table], &more, 1e-15);
    grads.zero();
    assert!(grads.flat().iter().all(|&g| g == 0.0));
}

#[test]
fn another_use_than_reading_rows_touches_all() {
    let (params, layer) = embedding(4, 2);
    let rows =
        |loss: &dyn for<'t> Fn(&'t Tape<'t, f64>) -> Var<'t, f64>| touched(&gradients(&params, loss), &layer);
    assert_eq!(rows(&|tape| layer.forward(tape, [3], &[2, 2, 0]).sum()), [0, 2]);
    assert_eq!(rows(&|tape| tape.param(layer.table).gather([1], &[3]).sum()), [3]);
    assert_eq!(rows(&|tape| tape.param(layer.table).sum()), [0, 1, 2, 3]);
    assert_eq!(rows(&|tape| tape.param(layer.table).select(0, 1).sum()), [0, 1, 2, 3]);
    // Rows of what is computed from the table, not of the table.
    assert_eq!(rows(&|tape| tape.param(layer.table).tanh().gather([1], &[1]).sum()), [0, 1, 2, 3]);
    assert!(rows(&|tape| tape.zeros([])).is_empty());
}

#[test]
fn the_padding_row_starts_at_0_and_stays() {
    let mut params = Params::<f64>::new(1);
    let layer = Embedding::new(4, 3).init(normal()).padding_index(Some(2)).build(&mut params, "words");
    assert_eq!(params[layer.table][6..9], [0.0; 3]);
    assert!(params[layer.table].iter().filter(|&&w| w == 0.0).count() == 3, "only this one");
    params[layer.table][6..9].fill(7.0); // it is read like any row
    let tape = Tape::new(&params, Memory::new());
    let y = layer.forward(&tape, [2, 2], &[2, 1, 1, 2]);
    assert_eq!(y.value()[..3], [7.0; 3]);
    let mut grads = params.zero_gradients();
    tape.backward(y.sum(), &mut grads);
    assert_eq!(grads[layer.table], [0.0, 0.0, 0.0, 2.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(touched(&grads, &layer), [1]);
}

#[test]
fn a_mean_gradient_counts_anew_in_each_use() {
    let mut params = Params::<f64>::new(1);
    let layer = Embedding::new(3, 1).scale_grad_by_freq(true).build(&mut params, "words");
    let grads = gradients(&params, |tape| {
        let factors = tape.input([4, 1], &[1.0, 2.0, 3.0, 6.0]);
        (layer.forward(tape, [4], &[2, 0, 2, 2]) * factors).sum() + layer.forward(tape, [1], &[2]).sum()
    });
    assert_close("means", &grads[layer.table], &[2.0, 0.0, 10.0 / 3.0 + 1.0], 1e-15);
}

#[test]
fn the_mask_tells_words_from_padding() {
    let mut params = Params::<f64>::new(1);
    let description = Embedding::new(4, 2);
    let without = description.build(&mut params, "without");
    let layer = description.mask_zero(true).build(&mut params, "with");
    let tape = Tape::new(&params, Memory::new());
    let mask = layer.mask(&tape, [2, 3], &[1, 3, 0, 0, 0, 2]).unwrap();
    assert_eq!(mask.shape(), Shape::from([2, 3]));
    assert_eq!(mask.value(), [1.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    assert!(!mask.needs_grad());
    assert!(without.mask(&tape, [1], &[0]).is_none());
    assert_eq!(layer.mask(&tape, [0, 3], &[]).unwrap().shape(), Shape::from([0, 3]));
}

#[test]
fn empty_batches_and_sequences() {
    let (params, layer) = embedding(4, 2);
    for shape in [[0, 3], [3, 0], [0, 0]] {
        let tape = Tape::new(&params, Memory::new());
        let y = layer.forward(&tape, shape, &[]);
        assert_eq!(y.shape().sizes(), [shape[0], shape[1], 2]);
        let mut grads = params.zero_gradients();
        tape.backward(y.sum(), &mut grads);
        assert!(touched(&grads, &layer).is_empty());
    }
    let (params, none) = embedding(0, 2);
    let tape = Tape::new(&params, Memory::new());
    assert_eq!(none.forward(&tape, [0], &[]).shape().sizes(), [0, 2]);
    let (params, flat) = embedding(3, 0);
    let tape = Tape::new(&params, Memory::new());
    let y = flat.forward(&tape, [2], &[2, 2]);
    assert_eq!(y.shape().sizes(), [2, 0]);
    tape.backward(y.sum(), &mut params.zero_gradients());
}

#[test]
fn the_default_start_is_keras() {
    let mut params = Params::<f64>::new(1);
    let layer = Embedding::new(100, 10).build(&mut params, "words");
    let entry = params.named("words.table");
    assert_eq!((entry.param, entry.param.shape()), (layer.table, Shape::from([100, 10])));
    let (low, high) = entry.values.iter().fold((0.0_f64, 0.0_f64), |(l, h), &w| (l.min(w), h.max(w)));
    assert!((-0.05..-0.049).contains(&low) && high > 0.049 && high <= 0.05, "{low} to {high}");
}

#[test]
fn mistakes_panic_at_the_callers_line() {
    let (mut params, layer) = embedding(5, 2);
    let masking = Embedding::new(5, 2).mask_zero(true).build(&mut params, "masking");
    let tape = Tape::new(&params, Memory::new());
    panics("gather: id 5", &["V = 5", "[5, 2]"], || layer.forward(&tape, [3], &[0, 5, 1]));
    panics("gather: id 99", &["V = 5"], || layer.forward(&tape, [1, 1], &[99]));
    panics("gather: 2 ids", &["[3]"], || layer.forward(&tape, [3], &[0, 1]));
    panics("gather: 3 ids", &["[2, 2]"], || layer.forward(&tape, [2, 2], &[0, 1, 2]));
    panics("gather: ids of shape [1, 1, 1, 1]", &[], || layer.forward(&tape, [1, 1, 1, 1], &[0]));
    #[cfg(target_pointer_width = "64")]
    panics("id 4294967296", &["32 bits"], || layer.forward(&tape, [1], &[1 << 32]));
    panics("embedding: 2 ids", &["mask", "[3]"], || masking.mask(&tape, [3], &[0, 1]));
    panics("embedding: 1 ids", &["mask", "[2, 2]"], || layer.mask(&tape, [2, 2], &[0]));
    let mut other = Params::<f64>::new(0);
    let others = Tape::new(&other, Memory::new());
    panics("the handle", &["[5, 2]", "another `Params`"], || layer.forward(&others, [1], &[0]));
    let padded = |i| Embedding::new(3, 2).padding_index(Some(i));
    panics("embedding: the padding index 3", &["V = 3"], || padded(3).build(&mut other, "p"));
    assert!(other.find("p.table").is_none());
    padded(2).build(&mut other, "p");
    panics("there is a parameter named \"p.table\"", &[], || padded(2).build(&mut other, "p"));
    panics("the table \"t\" has shape [3]", &["[V, D]"], || other.add_table("t", [3], Init::Zeros));
}

#[test]
fn gradients_of_as_many_numbers_without_a_table_are_refused() {
    let (mut params, layer) = embedding(5, 2);
    let mut others = Params::<f64>::new(0);
    others.add("w", [5, 2], Init::Zeros);
    let mut grads = others.zero_gradients();
    assert_eq!(params.flat().len(), grads.flat().len());
    let tape = Tape::new(&params, Memory::new());
    let loss = layer.forward(&tape, [1], &[0]).sum();
    panics("backward: gradients of other", &[], || tape.backward(loss, &mut grads));
    panics("clip: the gradients", &["tables"], || Clip::Norm(1.0).apply(&params, &mut grads));
    panics("sgd: the gradients", &["tables"], || Sgd::new(1.0).step(&mut params, &grads));
}

fn ids_of(case: &Case, name: &str) -> Vec<usize> {
    case.integers(name).into_iter().map(|id| usize::try_from(id).unwrap()).collect()
}

/// Reads the recorded ids and compares the rows and the table's gradient.
fn compare(case: &Case, layer: Embedding, ids: &str, [table, grad, y, upstream]: [&str; 4]) {
    let (table, expected) = (case.array(table), case.array(y));
    let mut params = Params::new(0);
    let layer = layer.build(&mut params, "words");
    params[layer.table].copy_from_slice(table.data());
    let tape = Tape::new(&params, Memory::new());
    let shape = Shape::new(expected.shape().sizes().split_last().unwrap().1);
    let y = layer.forward(&tape, shape, &ids_of(case, ids));
    assert_close(&format!("{}: y", case.name), &y.value(), expected.data(), 1e-12);
    let mut grads = params.zero_gradients();
    tape.backward((y * tape.input(y.shape(), case.array(upstream).data())).sum(), &mut grads);
    let name = format!("{}: ∂L/∂E", case.name);
    assert_close(&name, &grads[layer.table], case.array(grad).data(), 1e-12);
}

#[test]
fn pytorch() {
    let cases = folder("torch/embedding");
    assert_eq!(cases.len(), 6);
    for case in &cases {
        let [v, d] = *case.array("param.weight").shape().sizes() else { panic!("{}", case.name) };
        let args = &case.meta["args"];
        let padding = args["padding_idx"].as_u64().map(|i| i as usize);
        let mean = args["scale_grad_by_freq"] == true;
        let layer = Embedding::new(v, d).padding_index(padding).scale_grad_by_freq(mean);
        // With `max_norm` the rows that are read are shortened first, and that has no gradient.
        let names = ["param.weight_after_forward", "grad.param.weight", "expected.y", "upstream.y"];
        compare(case, layer, "input.indices", names);
    }
}

#[test]
fn keras() {
    let cases = [folder("keras3/layers"), folder("keras2_tf1/keras2_layers")].into_iter().flatten();
    let cases: Vec<Case> = cases.filter(|case| case.name.starts_with("embedding")).collect();
    assert_eq!(cases.len(), 4);
    for case in &cases {
        let config = &case.meta["config"];
        let [v, d] = ["input_dim", "output_dim"].map(|key| config[key].as_u64().unwrap() as usize);
        let layer = Embedding::new(v, d).mask_zero(config["mask_zero"] == true);
        let table = case.names().into_iter().find(|name| name.starts_with("param.")).unwrap();
        let names = [&*table, &format!("grad.{table}"), "expected.output_0", "upstream.output_0"];
        compare(case, layer, "input.x", names);
    }
}
