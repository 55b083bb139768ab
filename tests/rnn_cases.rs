//! `SimpleRnn` and `Dense` against PyTorch, Keras 3, Keras 2 and TF1: values and all gradients.

mod common;

use common::case::{Case, assert_close, folder};
use tapeloop::nn::{Activation, Cell, Dense, SimpleRnn};
use tapeloop::{Array, Init, Memory, Param, Params, Tape, Var};

const TOLERANCE: f64 = 1e-13;

/// The transpose of a matrix, or `[T, B, ..]` of `[B, T, ..]`.
fn swap(array: &Array<f64>) -> Array<f64> {
    let none = Params::new(0);
    Tape::new(&none, Memory::new()).variable(array).transpose(0, 1).to_array()
}

/// A recorded net in this crate's layout, with what it should give.
struct Recorded<'c> {
    case: &'c Case,
    params: Params<f64>,
    /// Each parameter with the gradient that it should get.
    grads: Vec<(Param, Array<f64>)>,
    time_major: bool,
}

impl<'c> Recorded<'c> {
    fn new(case: &'c Case) -> Self {
        let time_major = case.meta["batch_first"] == false;
        Self { case, params: Params::new(0), grads: Vec::new(), time_major }
    }

    /// `[B, T, ..]`, as recorded or out of `[T, B, ..]`.
    fn sequence(&self, name: &str) -> Array<f64> {
        let array = self.case.array(name);
        if self.time_major { swap(&array) } else { array }
    }

    /// Sets a weight, and remembers the gradient that it should get.
    fn set(&mut self, param: Param, value: &Array<f64>, grad: Array<f64>) {
        self.params[param].copy_from_slice(value.data());
        self.grads.push((param, grad));
    }

    /// A weight or its gradient as Keras and TF store it: `param.01.rnn.bias`.
    fn keras(&self, prefix: &str, end: &str) -> Array<f64> {
        let mut names = self.case.names().into_iter();
        let name = names.find(|name| name.starts_with(prefix) && name.ends_with(end));
        self.case.array(&name.unwrap_or_else(|| panic!("{}: {prefix}…{end}", self.case.name)))
    }

    /// Adds an input that has a recorded gradient.
    fn input(&mut self, name: &str, value: &Array<f64>, grad: Array<f64>) -> Param {
        let param = self.params.add(name, value.shape(), Init::Zeros);
        self.set(param, value, grad);
        param
    }

    /// Runs the net and compares: each output with its expectation, and all gradients of
    /// `Σ output·upstream`.
    fn check(&self, run: impl for<'t> Fn(&'t Tape<'t, f64>) -> Vec<(Var<'t, f64>, Array<f64>, Array<f64>)>) {
        let name = &self.case.name;
        let tape = Tape::new(&self.params, Memory::new());
        let mut loss = tape.zeros([]);
        for (i, (output, expected, upstream)) in run(&tape).into_iter().enumerate() {
            assert_close(&format!("{name}: output {i}"), &output.value(), expected.data(), TOLERANCE);
            loss = loss + (output * tape.input(output.shape(), upstream.data())).sum();
        }
        let mut grads = self.params.zero_gradients();
        tape.backward(loss, &mut grads);
        for (param, expected) in &self.grads {
            let entry = self.params.iter().find(|entry| entry.param == *param).unwrap();
            assert_close(&format!("{name}: ∂/∂{}", entry.name), &grads[*param], expected.data(), TOLERANCE);
        }
    }

    /// Runs a [`SimpleRnn`] whose weights are set by `weights`, from the recorded initial state if there
    /// is one, and compares `sequence` (all outputs), `last` (the final state) or both.
    fn check_rnn(
        mut self,
        rnn: SimpleRnn,
        x: &str,
        h_0: &str,
        [sequence, last]: [&str; 2],
        weights: impl FnOnce(&mut Self, [Param; 2], Option<Param>),
    ) {
        let (x, dx) = (self.sequence(&format!("input.{x}")), self.sequence("grad.x"));
        let layer = rnn.return_sequences(true).build(&mut self.params, "rnn", x.shape().last());
        weights(&mut self, [layer.cell.w_ih, layer.cell.w_hh], layer.cell.b);
        let x_shape = x.shape();
        let x = self.input("x", &x, dx);
        let (case, key) = (self.case, format!("state.{h_0}"));
        let batch = x_shape.sizes()[0];
        let units = layer.cell.w_hh.shape().last();
        let h_0 = case.has(&key).then(|| {
            let [state, grad] = [key, format!("grad.{h_0}")]
                .map(|name| Array::new([batch, units], case.array(&name).data().to_vec()));
            self.input("h_0", &state, grad)
        });
        self.check(|tape| {
            let zeros = || tape.zeros([batch, units]);
            let (outputs, state) =
                layer.forward_from(tape.param(x), h_0.map_or_else(zeros, |h_0| tape.param(h_0)));
            let mut compared = Vec::new();
            if case.has(&format!("expected.{sequence}")) {
                let [expected, upstream] =
                    ["expected", "upstream"].map(|kind| self.sequence(&format!("{kind}.{sequence}")));
                compared.push((outputs, expected, upstream));
            }
            if case.has(&format!("expected.{last}")) {
                let [expected, upstream] =
                    ["expected", "upstream"].map(|kind| case.array(&format!("{kind}.{last}")));
                compared.push((state, expected, upstream));
            }
            assert!(!compared.is_empty(), "{}: nothing to compare", case.name);
            compared
        });
    }
}

#[test]
fn pytorch_rnn() {
    for case in &folder("torch/rnn") {
        let rnn = Recorded::new(case);
        let units = case.array(if case.name == "rnncell" { "param.weight_hh" } else { "param.weight_hh_l0" });
        let layer = SimpleRnn::new(units.shape().last()).bias(!case.name.contains("nobias"));
        let relu = case.name.contains("relu");
        let layer = layer.activation(if relu { Activation::Relu } else { Activation::Tanh });
        if case.name == "rnncell" {
            check_cell(rnn, layer);
            continue;
        }
        rnn.check_rnn(layer, "x", "h0", ["y", "h_n"], |net, [w_ih, w_hh], b| {
            torch_weights(net, [w_ih, w_hh], b, "_l0");
        });
    }
}

/// PyTorch multiplies by `Wᵀ`, and has two biases: `b` is their sum, and each gets `∂L/∂b`.
fn torch_weights(net: &mut Recorded<'_>, w: [Param; 2], b: Option<Param>, end: &str) {
    let case = net.case;
    for (param, name) in w.into_iter().zip(["ih", "hh"]) {
        let [value, grad] =
            ["param", "grad.param"].map(|kind| swap(&case.array(&format!("{kind}.weight_{name}{end}"))));
        net.set(param, &value, grad);
    }
    let Some(b) = b else { return };
    let [b_ih, b_hh] = ["ih", "hh"].map(|name| case.array(&format!("param.bias_{name}{end}")));
    let sum = b_ih.data().iter().zip(b_hh.data()).map(|(a, b)| a + b).collect();
    net.set(b, &Array::new(b_ih.shape(), sum), case.array(&format!("grad.param.bias_ih{end}")));
}

fn check_cell(mut net: Recorded<'_>, layer: SimpleRnn) {
    let case = net.case;
    let x = case.array("input.x");
    let cell = layer.build(&mut net.params, "rnn", x.shape().last()).cell;
    torch_weights(&mut net, [cell.w_ih, cell.w_hh], cell.b, "");
    let x = net.input("x", &x, case.array("grad.x"));
    let h_0 = net.input("h_0", &case.array("state.h0"), case.array("grad.h0"));
    net.check(|tape| {
        let h_1 = cell.step(tape.param(x), tape.param(h_0));
        vec![(h_1, case.array("expected.h1"), case.array("upstream.h1"))]
    });
}

fn activation(case: &Case) -> Activation {
    match case.meta["config"]["activation"].as_str() {
        Some("tanh") => Activation::Tanh,
        Some("relu") => Activation::Relu,
        Some("sigmoid") => Activation::Sigmoid,
        Some("softmax") => Activation::Softmax,
        Some("linear") => Activation::Linear,
        other => panic!("{}: activation {other:?}", case.name),
    }
}

#[test]
fn keras_simple_rnn() {
    let cases = [folder("keras3/layers"), folder("keras2_tf1/keras2_layers")].into_iter().flatten();
    for case in &cases.filter(|case| case.name.starts_with("simplernn")).collect::<Vec<_>>() {
        let net = Recorded::new(case);
        let units = net.keras("param.", "recurrent_kernel").shape().last();
        let layer = SimpleRnn::new(units).activation(activation(case));
        // The first output is the sequence or, without return_sequences, the last state.
        let sequences = case.meta["config"]["return_sequences"] == true;
        let outputs = if sequences { ["output_0", "output_1"] } else { ["none", "output_0"] };
        net.check_rnn(layer, "x", "initial_0", outputs, |net, [w_ih, w_hh], b| {
            for (param, name) in [(w_ih, "cell.kernel"), (w_hh, "recurrent_kernel"), (b.unwrap(), "bias")] {
                let (value, grad) = (net.keras("param.", name), net.keras("grad.param.", name));
                net.set(param, &value, grad);
            }
        });
    }
}

#[test]
fn keras_dense() {
    for case in
        &folder("keras3/layers").into_iter().filter(|c| c.name.starts_with("dense")).collect::<Vec<_>>()
    {
        let mut net = Recorded::new(case);
        let (w, dw) = (net.keras("param.", "kernel"), net.keras("grad.param.", "kernel"));
        let bias = case.meta["config"]["use_bias"] == true;
        let layer = Dense::new(w.shape().last()).bias(bias).activation(activation(case));
        let layer = layer.build(&mut net.params, "dense", w.shape().rows());
        net.set(layer.w, &w, dw);
        if let Some(b) = layer.b {
            let (value, grad) = (net.keras("param.", "bias"), net.keras("grad.param.", "bias"));
            net.set(b, &value, grad);
        }
        let x = net.input("x", &case.array("input.x"), case.array("grad.x"));
        net.check(|tape| {
            let output = layer.forward(tape.param(x));
            vec![(output, case.array("expected.output_0"), case.array("upstream.output_0"))]
        });
    }
}

/// TF1 multiplies `[x_t, h_{t−1}]` by one kernel: its first `I` rows are `W_ih`, the others `W_hh`.
#[test]
fn tf1_basic_rnn_cell() {
    for case in &folder("keras2_tf1/tf1_cells") {
        let net = Recorded::new(case);
        let layer = SimpleRnn::new(net.keras("param.", "kernel").shape().last());
        net.check_rnn(layer, "x", "initial_0", ["output_0", "state_0_h"], |net, [w_ih, w_hh], b| {
            let kernels = ["param.", "grad.param."].map(|kind| net.keras(kind, "kernel"));
            let rows = |array: &Array<f64>, from: usize, param: Param| {
                let start = from * array.shape().last();
                Array::new(param.shape(), array.data()[start..][..param.shape().len()].to_vec())
            };
            for (param, from) in [(w_ih, 0), (w_hh, w_ih.shape().rows())] {
                let [value, grad] = kernels.each_ref().map(|kernel| rows(kernel, from, param));
                net.set(param, &value, grad);
            }
            let (value, grad) = (net.keras("param.", "bias"), net.keras("grad.param.", "bias"));
            net.set(b.unwrap(), &value, grad);
        });
    }
}
