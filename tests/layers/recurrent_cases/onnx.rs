//! ONNX `RNN`, `LSTM` and `GRU`, as onnxruntime computes them: values only, in f32.
//!
//! | theirs | ours |
//! | --- | --- |
//! | `W` `[1, G·H, I]`, `R` `[1, G·H, H]` | `w_ih` `[I, G·H]`, `w_hh` `[H, G·H]`: the transposes |
//! | gates of the LSTM `i, o, f, c` | `i, f, g, o` |
//! | gates of the GRU `z, r, h` | the same: `z, r, n` |
//! | `B` `[1, 2·G·H]`: `Wb` and `Rb` side by side | the two biases; where we have one, their sum |
//! | `P` `[1, 3·H]`: `i, o, f` | `peepholes` |
//! | `linear_before_reset` 1, 0 | `Reset::After`, `Reset::Before` |
//! | `input_forget` | `coupled_gates` |
//! | `direction="reverse"` | `go_backwards`, with the outputs in the order of the sequence |
//! | `sequence_lens` | `Tape::lengths` with `zero_output_for_mask(true)` |
//! | `Y` `[T, 1, B, H]`, `Y_h` `[1, B, H]` | `[B, T, H]`, `[B, H]` |

use serde_json::Value;
use tapeloop::nn::{
    Activation, Cell, Gru, GruCell, Lstm, LstmCell, Recurrent, Reset, SimpleRnn, SimpleRnnCell, Spec,
};
use tapeloop::{Array, Param, Var};

use super::layer::{FORMS, Run};
use super::net::{Net, Tally, Theirs, gates};
use super::tf1::mask;
use crate::common::case::{Case, folder};

/// A cell that can be given ONNX weights.
trait Onnx: Cell {
    /// The names of the variables of its state.
    const STATE: &'static [&'static str];

    fn load(&self, net: &mut Net<'_>);
}

/// The transpose of the only direction's `W` or `R`.
fn transposed<'t>(theirs: &Theirs<'_, 't>, name: &str) -> Var<'t, f64> {
    theirs.get(name).select(0, 0).transpose(0, 1)
}

/// `Wb` and `Rb`.
fn biases<'t>(theirs: &Theirs<'_, 't>) -> [Var<'t, f64>; 2] {
    let both = theirs.get("B").select(0, 0);
    let each = both.shape().last() / 2;
    [both.slice(0, 0, each), both.slice(0, each, each)]
}

fn sum_of_biases<'t>(theirs: &Theirs<'_, 't>) -> Var<'t, f64> {
    let [w, r] = biases(theirs);
    w + r
}

impl Onnx for SimpleRnnCell {
    const STATE: &'static [&'static str] = &["h"];

    fn load(&self, net: &mut Net<'_>) {
        net.value(self.w_ih, "input.", |theirs| transposed(theirs, "W"));
        net.value(self.w_hh, "input.", |theirs| transposed(theirs, "R"));
        if let Some(b) = self.b {
            net.value(b, "input.", sum_of_biases);
        }
    }
}

/// Gates `i, o, f, c` in our order.
fn i_f_g_o(w: Var<'_, f64>) -> Var<'_, f64> {
    gates(w, [0, 2, 3, 1])
}

impl Onnx for LstmCell {
    const STATE: &'static [&'static str] = &["h", "c"];

    fn load(&self, net: &mut Net<'_>) {
        net.value(self.w_ih, "input.", |theirs| i_f_g_o(transposed(theirs, "W")));
        net.value(self.w_hh, "input.", |theirs| i_f_g_o(transposed(theirs, "R")));
        net.value(self.b.unwrap(), "input.", |theirs| i_f_g_o(biases(theirs)[0]));
        net.value(self.b_hh.unwrap(), "input.", |theirs| i_f_g_o(biases(theirs)[1]));
        if let Some(peepholes) = self.peepholes {
            let units = peepholes.i.shape().last();
            for (gate, p) in [peepholes.i, peepholes.o, peepholes.f].into_iter().enumerate() {
                net.value(p, "input.", |theirs| theirs.get("P").select(0, 0).slice(0, gate * units, units));
            }
        }
    }
}

impl Onnx for GruCell {
    const STATE: &'static [&'static str] = &["h"];

    fn load(&self, net: &mut Net<'_>) {
        net.value(self.w_ih, "input.", |theirs| transposed(theirs, "W"));
        net.value(self.w_hh, "input.", |theirs| transposed(theirs, "R"));
        match (self.b_ih, self.b_hh) {
            (Some(b_ih), Some(b_hh)) => {
                net.value(b_ih, "input.", |theirs| biases(theirs)[0]);
                net.value(b_hh, "input.", |theirs| biases(theirs)[1]);
            }
            (Some(b), None) => net.value(b, "input.", sum_of_biases),
            (None, _) => {}
        }
    }
}

#[test]
fn onnxruntime() {
    let mut tally = Tally::default();
    for case in &folder("onnx/rnn_onnxruntime") {
        for form in FORMS {
            let attributes = &case.meta["attributes"];
            let units = usize::try_from(attributes["hidden_size"].as_u64().unwrap()).unwrap();
            let bias = case.has("input.B");
            match case.meta["op"].as_str().unwrap() {
                "RNN" => {
                    let [function] = activations(case, [Activation::Tanh]);
                    check(case, &mut tally, form.of(SimpleRnn::new(units).bias(bias).activation(function)));
                }
                "LSTM" => {
                    assert!(bias && attributes["activations"].is_null(), "{}", case.name);
                    let lstm = Lstm::pytorch(units).peepholes(case.has("input.P"));
                    check(case, &mut tally, form.of(lstm.coupled_gates(attributes["input_forget"] == 1)));
                }
                "GRU" => {
                    let [of_gates, function] = activations(case, [Activation::Sigmoid, Activation::Tanh]);
                    let after = attributes["linear_before_reset"] == 1;
                    let gru =
                        Gru::new(units).bias(bias).reset(if after { Reset::After } else { Reset::Before });
                    let gru = gru.recurrent_activation(of_gates).activation(function);
                    check(case, &mut tally, form.of(gru));
                }
                other => panic!("{}: {other}", case.name),
            }
        }
        tally.cases += 1;
    }
    tally.finish("onnxruntime", 31);
}

/// The functions that the attributes ask for, in ONNX' order, or the usual ones.
fn activations<const N: usize>(case: &Case, usual: [Activation; N]) -> [Activation; N] {
    let attributes = &case.meta["attributes"];
    let known = [
        "hidden_size",
        "direction",
        "activations",
        "activation_alpha",
        "activation_beta",
        "linear_before_reset",
    ];
    assert!(attributes.as_object().unwrap().keys().all(|key| known.contains(&&**key)), "{}", case.name);
    let Value::Array(names) = &attributes["activations"] else { return usual };
    let parameter = |which: &str| attributes[which][0].as_f64();
    let function = |name: &Value| match (name.as_str().unwrap(), parameter("activation_alpha")) {
        ("Tanh", _) => Activation::Tanh,
        ("Sigmoid", _) => Activation::Sigmoid,
        ("Relu", _) => Activation::Relu,
        ("Softsign", _) => Activation::Softsign,
        ("LeakyRelu", Some(slope)) => Activation::LeakyRelu { slope },
        ("HardSigmoid", Some(0.2)) if parameter("activation_beta") == Some(0.5) => {
            Activation::HardSigmoidKeras2
        }
        other => panic!("{}: {other:?}", case.name),
    };
    let functions: Vec<_> = names.iter().map(function).collect();
    functions.try_into().unwrap()
}

fn check<S: Spec>(case: &Case, tally: &mut Tally, layer: Recurrent<S>)
where
    S::Cell: Onnx,
{
    let reverse = match case.meta["attributes"].get("direction").map(|direction| direction.as_str().unwrap())
    {
        None | Some("forward") => false,
        Some("reverse") => true,
        other => panic!("{}: {other:?}", case.name),
    };
    let (mut net, inputs) = (Net::new(case), case.array("input.X").shape().last());
    let layer = layer.return_sequences(true).zero_output_for_mask(true).go_backwards(reverse);
    let layer = layer.build(&mut net.params, "rnn", inputs);
    layer.cell.load(&mut net);

    let x = net.input("x", "input.", |theirs| theirs.get("X").transpose(0, 1));
    let steps = x.shape().sizes()[1];
    let lengths = case.has("input.sequence_lens").then(|| net.integers("input.sequence_lens"));
    let output = net.wanted("Y", |y| {
        let y = y.select(1, 0).transpose(0, 1);
        if reverse { y.reverse(1) } else { y } // ours come in the order in which they are computed
    });
    let (mut initial, mut states): (Vec<Param>, _) = (Vec::new(), Vec::new());
    for variable in S::Cell::STATE {
        let (first, last) = (format!("initial_{variable}"), format!("Y_{variable}"));
        if case.has(&format!("input.{first}")) {
            initial.push(net.input(&first, "input.", |theirs| theirs.get(&first).select(0, 0)));
        }
        let mut state = net.wanted(&last, |state| state.select(0, 0));
        if let (Some(lengths), Some(first)) = (&lengths, initial.last()) {
            keep_initial(state.value_mut(), &net.params[*first], lengths);
        }
        states.push(state);
    }
    let mask = lengths.map(|lengths| mask(&lengths, steps));
    Run { x, initial, mask, outputs: vec![output], states }.check(net, tally, &layer);
}

/// What differs: a row of length 0 ends with zeros in onnxruntime, and here, as in TensorFlow 1, with the state that it
/// began with.
fn keep_initial(last: &mut Array<f64>, initial: &[f64], lengths: &[usize]) {
    let units = last.shape().last();
    for row in lengths.iter().enumerate().filter_map(|(row, &length)| (length == 0).then_some(row)) {
        let row = row * units..(row + 1) * units;
        assert_eq!(last.data()[row.clone()], vec![0.0; units]);
        last.data_mut()[row.clone()].copy_from_slice(&initial[row]);
    }
}
