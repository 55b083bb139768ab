//! Keras 2 and 3: `SimpleRNN`, `LSTM`, `GRU`, and `Bidirectional` around them.
//!
//! | theirs | ours |
//! | --- | --- |
//! | `kernel` `[I, G·H]`, `recurrent_kernel` `[H, G·H]` | `w_ih`, `w_hh` |
//! | gates of the LSTM `i, f, c, o` | the same: `i, f, g, o` |
//! | gates of the GRU `z, r, h` | the same: `z, r, n` |
//! | `bias` `[G·H]` | `b`; of the GRU with `reset_after=False` `b_ih` |
//! | `bias` `[2, 3·H]` of the GRU with `reset_after=True` | row 0 is `b_ih`, row 1 `b_hh` |
//! | states of the LSTM `h, c` | the same |
//! | `Bidirectional` with `merge_mode=None` | `Bidirectional::run`, whose second output is in the order of the sequence, too |
//! | `hard_sigmoid` of Keras 2 | `Activation::HardSigmoidKeras2` |

use serde_json::Value;
use tapeloop::nn::{
    Activation, Bidirectional, Call, Cell, Dense, Embedding, Gru, GruCell, Lstm, LstmCell, Merge, Recurrent,
    Reset, SimpleRnn, SimpleRnnCell, Spec, Stateful,
};
use tapeloop::{Array, Param, Params, Shape};

use super::layer::{Apart, FORMS, Form, Layer, Run};
use super::net::{Net, Tally};
use crate::common::case::{Case, folder};

/// A cell that can be given Keras' weights.
trait Keras: Cell {
    /// Gives it the weights with these names.
    fn load(&self, net: &mut Net<'_>, names: &[String]);
}

fn load_each(net: &mut Net<'_>, weights: impl IntoIterator<Item = Param>, names: &[String]) {
    for (weight, name) in weights.into_iter().zip(names) {
        net.weight(weight, |theirs| theirs.get(name));
    }
}

impl Keras for SimpleRnnCell {
    fn load(&self, net: &mut Net<'_>, names: &[String]) {
        load_each(net, [self.w_ih, self.w_hh].into_iter().chain(self.b), names);
    }
}

impl Keras for LstmCell {
    fn load(&self, net: &mut Net<'_>, names: &[String]) {
        load_each(net, [self.w_ih, self.w_hh].into_iter().chain(self.b), names);
    }
}

impl Keras for GruCell {
    fn load(&self, net: &mut Net<'_>, names: &[String]) {
        match (self.b_ih, self.b_hh) {
            (Some(b_ih), Some(b_hh)) => {
                load_each(net, [self.w_ih, self.w_hh], names);
                for (row, b) in [b_ih, b_hh].into_iter().enumerate() {
                    net.weight(b, |theirs| theirs.get(&names[2]).select(0, row));
                }
            }
            (b, _) => load_each(net, [self.w_ih, self.w_hh].into_iter().chain(b), names),
        }
    }
}

/// The names of the weights in Keras' order, as `00.lstm.lstm_cell.kernel`.
fn weights(case: &Case) -> Vec<String> {
    let names = case.names();
    names.iter().filter_map(|name| name.strip_prefix("param.")).map(String::from).collect()
}

/// What Keras' name of a function means.
fn activation(case: &Case, config: &Value) -> Activation {
    match config.as_str() {
        Some("linear") => Activation::Linear,
        Some("tanh") => Activation::Tanh,
        Some("sigmoid") => Activation::Sigmoid,
        Some("relu") => Activation::Relu,
        Some("softsign") => Activation::Softsign,
        Some("elu") => Activation::Elu { alpha: 1.0 },
        Some("hard_sigmoid") if case.name.ends_with("keras2") => Activation::HardSigmoidKeras2,
        Some("hard_sigmoid") => Activation::HardSigmoid,
        other => panic!("{}: activation {other:?}", case.name),
    }
}

/// The layer that Keras describes by its class and this configuration.
fn check_described(case: &Case, tally: &mut Tally, form: Form, class: &Value, config: &Value) {
    assert!(config["dropout"] == 0.0 && config["recurrent_dropout"] == 0.0, "{}: dropout", case.name);
    let units = usize::try_from(config["units"].as_u64().unwrap()).unwrap();
    let bias = config["use_bias"] == true;
    let function = |of: &str| activation(case, &config[of]);
    match class.as_str().unwrap() {
        "SimpleRNN" => {
            let rnn = SimpleRnn::new(units).bias(bias).activation(function("activation"));
            check_layer(case, tally, config, form.of(rnn));
        }
        "LSTM" => {
            let lstm = Lstm::new(units).bias(bias).activation(function("activation"));
            let lstm = lstm.recurrent_activation(function("recurrent_activation"));
            check_layer(case, tally, config, form.of(lstm));
        }
        "GRU" => {
            let reset = if config["reset_after"] == true { Reset::After } else { Reset::Before };
            let gru = Gru::new(units).bias(bias).activation(function("activation")).reset(reset);
            let gru = gru.recurrent_activation(function("recurrent_activation"));
            check_layer(case, tally, config, form.of(gru));
        }
        other => panic!("{}: {other}", case.name),
    }
}

fn check_layer<S: Spec + Clone>(case: &Case, tally: &mut Tally, config: &Value, layer: Recurrent<S>)
where
    S::Cell: Keras,
{
    let is = |option: &str| config[option] == true;
    let layer = layer.return_sequences(is("return_sequences")).go_backwards(is("go_backwards"));
    let layer = layer.zero_output_for_mask(is("zero_output_for_mask"));
    let mut net = Net::new(case);
    let inputs = case.array("input.x").shape().last();
    if case.meta["layer"] == "Bidirectional" {
        let both = Bidirectional::new(layer);
        let merge = match case.meta["config"]["merge_mode"].as_str() {
            Some("concat") | None => Merge::Concat,
            Some("sum") => Merge::Sum,
            Some("mul") => Merge::Mul,
            Some("ave") => Merge::Average,
            other => panic!("{}: {other:?}", case.name),
        };
        let both = both.merge(merge).build(&mut net.params, "rnn", inputs);
        match case.meta["config"]["merge_mode"].is_null() {
            true => check(net, tally, &Apart(both), false),
            false => check(net, tally, &both, false),
        }
    } else {
        let layer = layer.build(&mut net.params, "rnn", inputs);
        match is("stateful") {
            true => check_two_calls(net, tally, &layer),
            false => check(net, tally, &layer, is("return_state")),
        }
    }
}

/// Gives all cells their weights.
fn load<L: Layer<Cell: Keras>>(net: &mut Net<'_>, layer: &L) {
    let (names, cells) = (weights(net.case), layer.cells());
    for (cell, names) in cells.iter().zip(names.chunks_exact(names.len() / cells.len())) {
        cell.load(net, names);
    }
}

/// One call, which returns a state or not.
fn check<L: Layer<Cell: Keras>>(mut net: Net<'_>, tally: &mut Tally, layer: &L, returns_state: bool) {
    let case = net.case;
    load(&mut net, layer);
    let x = net.input("x", "input.", |theirs| theirs.get("x"));
    let names = case.names();
    let states = names.iter().filter_map(|name| name.strip_prefix("state."));
    let initial = states.map(|name| net.input(name, "state.", |theirs| theirs.get(name))).collect();
    let count = names.iter().filter(|name| name.starts_with("expected.")).count();
    let mut outputs: Vec<_> = (0..count).map(|n| net.wanted(&format!("output_{n}"), |y| y)).collect();
    let states = if returns_state { outputs.split_off(1) } else { vec![] };
    Run { x, initial, mask: mask(case), outputs, states }.check(net, tally, layer);
}

/// The mask that was given, or that a layer `Masking` makes of the input: steps that are 0 altogether are none.
fn mask(case: &Case) -> Option<Array<f64>> {
    if case.meta["layer"] == "Sequential" {
        let x = case.array("input.x");
        let &[b, t, i] = x.shape().sizes() else { panic!("{}: x", case.name) };
        let live = x.data().chunks_exact(i).map(|x_t| f64::from(x_t.iter().any(|&x| x != 0.0)));
        return Some(Array::new([b, t], live.collect()));
    }
    case.has("input.mask").then(|| case.array("input.mask"))
}

/// Two calls of a layer that keeps its state.
fn check_two_calls<C: Keras>(mut net: Net<'_>, tally: &mut Tally, layer: &Recurrent<C>) {
    assert!(layer.return_sequences && net.case.meta["calls"] == 2 && !net.case.has("input.mask"));
    load(&mut net, layer);
    let xs = net.input("x", "input.", |theirs| theirs.get("x")); // [2, B, T, I]
    let outputs = [0, 1].map(|n| net.wanted(&format!("output_{n}"), |y| y));
    net.check(tally, &outputs, |tape| {
        let mut state = Stateful::new();
        let mut run = |n| state.run(layer, tape.param(xs).select(0, n), Call::default()).output;
        vec![run(0), run(1)]
    });
}

/// Cases of these folders that are compared elsewhere, by how their names begin.
const ELSEWHERE: [(&str, &str); 6] = [
    ("dense", "tests/layers/cases.rs"),
    ("layernorm", "tests/layers/cases.rs"),
    ("timedistributed", "tests/layers/cases.rs"),
    ("embedding", "tests/ops/embedding.rs"),
    ("model_embedding_mask_lstm_dense", "below"),
    ("init_lstm_unit_forget_bias", "below"),
];

fn check_folder(name: &str) -> Tally {
    let mut tally = Tally::default();
    for case in &folder(name) {
        if ELSEWHERE.iter().any(|(start, _)| case.name.starts_with(start)) {
            continue;
        }
        let config = &case.meta["config"];
        let [class, config] = match case.meta["layer"].as_str().unwrap() {
            "Bidirectional" => ["class_name", "config"].map(|key| &config["layer"][key]),
            "Sequential" => ["class_name", "config"].map(|key| &config["layers"][2][key]),
            _ => [&case.meta["layer"], config],
        };
        for form in FORMS {
            check_described(case, &mut tally, form, class, config);
        }
        tally.cases += 1;
    }
    tally
}

#[test]
fn keras_3() {
    check_folder("keras3/layers").finish("Keras 3", 97);
}

#[test]
fn keras_2() {
    check_folder("keras2_tf1/keras2_layers").finish("Keras 2", 36);
}

#[test]
fn keras_unit_forget_bias() {
    for (name, yes) in
        [("init_lstm_unit_forget_bias_False", false), ("init_lstm_unit_forget_bias_True", true)]
    {
        let case = folder("keras3/layers").into_iter().find(|case| case.name == name).unwrap();
        let mut params = Params::<f64>::new(0);
        let lstm = Lstm::new(3).unit_forget_bias(yes).build(&mut params, "lstm", 2);
        assert_eq!(params[lstm.cell.b.unwrap()], *case.array("expected.bias").data(), "{name}");
    }
}

/// Words, of which id 0 is none, through an LSTM: `Embedding(mask_zero=True)`, `LSTM`, `Dense`.
#[test]
fn keras_net_of_words() {
    let mut tally = Tally::default();
    let cases = folder("keras2_tf1/keras2_layers");
    let case = cases.iter().find(|case| case.name == "model_embedding_mask_lstm_dense").unwrap();
    let config = |layer: usize| &case.meta["config"]["layers"][layer]["config"];
    let size = |layer: usize, of: &str| usize::try_from(config(layer)[of].as_u64().unwrap()).unwrap();
    for form in FORMS {
        let mut net = Net::new(case);
        let words = Embedding::new(size(1, "input_dim"), size(1, "output_dim"));
        let words = words.mask_zero(config(1)["mask_zero"] == true).build(&mut net.params, "words");
        let lstm = form.of(Lstm::new(size(2, "units")));
        let lstm = lstm.build(&mut net.params, "lstm", size(1, "output_dim"));
        let function = activation(case, &config(3)["activation"]);
        let dense = Dense::new(size(3, "units")).activation(function);
        let dense = dense.build(&mut net.params, "dense", size(2, "units"));

        let names = weights(case);
        load_each(&mut net, [words.table], &names[..1]);
        lstm.cell.load(&mut net, &names[1..4]);
        load_each(&mut net, [dense.w, dense.b.unwrap()], &names[4..]);
        let ids = net.integers("input.x");
        let shape = Shape::from([3, 4]);
        let output = net.wanted("output_0", |y| y);
        net.check(&mut tally, &[output], |tape| {
            let mask = words.mask(tape, shape, &ids);
            assert!(mask.unwrap().value().contains(&0.0));
            let x = words.forward(tape, shape, &ids);
            vec![dense.forward(lstm.run(x, Call { mask, ..Call::default() }).output)]
        });
    }
    tally.cases += 1;
    tally.finish("Keras 2, a net of words", 1);
}
