//! PyTorch: `nn.RNN`, `nn.LSTM`, `nn.GRU` and their cells.
//!
//! | theirs | ours |
//! | --- | --- |
//! | `weight_ih` `[G·H, I]`, `weight_hh` `[G·H, H]` | `w_ih` `[I, G·H]`, `w_hh` `[H, G·H]`: the transposes |
//! | gates of the LSTM `i, f, g, o` | the same |
//! | gates of the GRU `r, z, n` | `z, r, n` |
//! | `bias_ih`, `bias_hh` of the LSTM and GRU | the two of `Lstm::pytorch` and of `Gru` |
//! | `bias_ih`, `bias_hh` of the RNN | `b` is their sum; each of them has the gradient of `b` |
//! | `weight_hr` `[P, H]` of an LSTM with `proj_size` | `w_hr` `[H, P]` |
//! | `…_l1`, `…_l0_reverse` | a layer of `Stacked`, a direction of `Bidirectional` |
//! | sequences `[T, B, I]` unless `batch_first` | `[B, T, I]` |
//! | states `[layers·directions, B, H]` | one `[B, H]` for each cell |

use tapeloop::Var;
use tapeloop::nn::{
    Activation, Bidirectional, Cell, Gru, GruCell, Lstm, LstmCell, Recurrent, SimpleRnn, SimpleRnnCell, Spec,
    Stacked,
};

use super::layer::{FORMS, Layer, Run, Step};
use super::net::{Net, Tally, gates};
use crate::common::case::{Case, folder};

/// A cell that can be given PyTorch's weights.
trait Torch: Cell {
    /// The names of the variables of its state.
    const STATE: &'static [&'static str];

    /// Gives it the weights whose names end in `end`.
    fn load(&self, net: &mut Net<'_>, end: &str);
}

impl Torch for SimpleRnnCell {
    const STATE: &'static [&'static str] = &["h"];

    fn load(&self, net: &mut Net<'_>, end: &str) {
        net.weight(self.w_ih, |theirs| theirs.get(&format!("weight_ih{end}")).transpose(0, 1));
        net.weight(self.w_hh, |theirs| theirs.get(&format!("weight_hh{end}")).transpose(0, 1));
        if let Some(b) = self.b {
            let names = ["bias_ih", "bias_hh"].map(|name| format!("{name}{end}"));
            net.value(b, "param.", |theirs| theirs.get(&names[0]) + theirs.get(&names[1]));
            for name in &names {
                net.gradient(b, "grad.param.", |theirs| theirs.get(name));
            }
        }
    }
}

impl Torch for LstmCell {
    const STATE: &'static [&'static str] = &["h", "c"];

    fn load(&self, net: &mut Net<'_>, end: &str) {
        net.weight(self.w_ih, |theirs| theirs.get(&format!("weight_ih{end}")).transpose(0, 1));
        net.weight(self.w_hh, |theirs| theirs.get(&format!("weight_hh{end}")).transpose(0, 1));
        for (b, name) in [(self.b, "bias_ih"), (self.b_hh, "bias_hh")] {
            if let Some(b) = b {
                net.weight(b, |theirs| theirs.get(&format!("{name}{end}")));
            }
        }
        if let Some(w_hr) = self.w_hr {
            net.weight(w_hr, |theirs| theirs.get(&format!("weight_hr{end}")).transpose(0, 1));
        }
    }
}

/// Gates `r, z, n` in our order.
fn z_r_n(w: Var<'_, f64>) -> Var<'_, f64> {
    gates(w, [1, 0, 2])
}

impl Torch for GruCell {
    const STATE: &'static [&'static str] = &["h"];

    fn load(&self, net: &mut Net<'_>, end: &str) {
        net.weight(self.w_ih, |theirs| z_r_n(theirs.get(&format!("weight_ih{end}")).transpose(0, 1)));
        net.weight(self.w_hh, |theirs| z_r_n(theirs.get(&format!("weight_hh{end}")).transpose(0, 1)));
        for (b, name) in [(self.b_ih, "bias_ih"), (self.b_hh, "bias_hh")] {
            if let Some(b) = b {
                net.weight(b, |theirs| z_r_n(theirs.get(&format!("{name}{end}"))));
            }
        }
    }
}

#[test]
fn pytorch() {
    let mut tally = Tally::default();
    for case in &folder("torch/rnn") {
        tally.cases += 1;
        let options = Options::of(case);
        for form in FORMS {
            let units = options.units;
            match case.meta["layer"].as_str().unwrap() {
                "RNN" | "RNNCell" => {
                    // The recordings don't say which function: the names do.
                    let relu = case.name.starts_with("rnn_relu");
                    let activation = if relu { Activation::Relu } else { Activation::Tanh };
                    let rnn = SimpleRnn::new(units).bias(options.bias).activation(activation);
                    options.check(case, &mut tally, form.of(rnn));
                }
                "LSTM" | "LSTMCell" => {
                    let lstm = Lstm::pytorch(units);
                    let lstm = if options.bias { lstm } else { lstm.bias(false) };
                    let lstm = options.projection.map_or(lstm, |size| lstm.projection(size));
                    options.check(case, &mut tally, form.of(lstm));
                }
                "GRU" | "GRUCell" => {
                    options.check(case, &mut tally, form.of(Gru::pytorch(units).bias(options.bias)));
                }
                other => panic!("{}: {other}", case.name),
            }
        }
    }
    tally.finish("PyTorch", 34);
}

/// What the constructor was called with.
struct Options {
    inputs: usize,
    units: usize,
    layers: usize,
    bidirectional: bool,
    bias: bool,
    projection: Option<usize>,
}

impl Options {
    /// As of `4, 6, num_layers=2, bias=False`.
    fn of(case: &Case) -> Self {
        let call: Vec<&str> = case.meta["ctor"].as_str().unwrap().split(", ").collect();
        let option = |name: &str| call.iter().find_map(|arg| arg.strip_prefix(name)?.strip_prefix('='));
        let known = ["num_layers=", "bidirectional=", "bias=", "proj_size=", "batch_first="];
        for arg in &call[2..] {
            assert!(known.iter().any(|name| arg.starts_with(name)), "{}: {arg}", case.name);
        }
        Self {
            inputs: call[0].parse().unwrap(),
            units: call[1].parse().unwrap(),
            layers: option("num_layers").map_or(1, |n| n.parse().unwrap()),
            bidirectional: option("bidirectional") == Some("True"),
            bias: option("bias") != Some("False"),
            projection: option("proj_size").map(|size| size.parse().unwrap()),
        }
    }

    fn check<S: Spec + Clone>(&self, case: &Case, tally: &mut Tally, layer: Recurrent<S>)
    where
        S::Cell: Torch,
    {
        let (mut net, layer) = (Net::new(case), layer.return_sequences(true));
        let (params, i) = (&mut net.params, self.inputs);
        match (self.layers, self.bidirectional) {
            _ if case.name.ends_with("cell") => {
                let layer = Step(layer.build(params, "rnn", i).cell);
                check(net, tally, &layer, [""]);
            }
            (1, false) => {
                let layer = layer.build(params, "rnn", i);
                check(net, tally, &layer, ["_l0"]);
            }
            (1, true) => {
                let layer = Bidirectional::new(layer).build(params, "rnn", i);
                check(net, tally, &layer, ["_l0", "_l0_reverse"]);
            }
            (layers, false) => {
                let layer = Stacked::new(vec![layer; layers]).build(params, "rnn", i);
                check(net, tally, &layer, (0..layers).map(|n| format!("_l{n}")));
            }
            (_, true) => panic!("{}: several layers in both directions", case.name),
        }
    }
}

/// Where PyTorch has the batch.
#[derive(Clone, Copy)]
struct Layout {
    is_cell: bool,
    batch_first: bool,
}

impl Layout {
    /// As `[B, T, ..]`, or for a cell `[B, ..]`.
    fn sequence(self, x: Var<'_, f64>) -> Var<'_, f64> {
        match x.shape().rank() {
            2 if !self.is_cell => x.reshape(x.shape().with_axis(0, 1)), // one sequence alone
            3 if !self.batch_first => x.transpose(0, 1),
            _ => x,
        }
    }

    /// `[B, H]` of the states of all cells, `[cells, B, H]`.
    fn state(self, states: Var<'_, f64>, cell: usize) -> Var<'_, f64> {
        match states.shape().rank() {
            3 => states.select(0, cell),
            _ => states, // of one cell, or `[1, H]` of one sequence alone
        }
    }
}

/// Checks a layer whose cells have weights with names that end so.
fn check<L: Layer<Cell: Torch>>(
    mut net: Net<'_>,
    tally: &mut Tally,
    layer: &L,
    ends: impl IntoIterator<Item: AsRef<str>>,
) {
    let case = net.case;
    let cells = layer.cells();
    for (cell, end) in cells.iter().zip(ends) {
        cell.load(&mut net, end.as_ref());
    }
    let layout =
        Layout { is_cell: case.name.ends_with("cell"), batch_first: case.meta["batch_first"] == true };
    let x = net.input("x", "input.", |theirs| layout.sequence(theirs.get("x")));
    let (mut initial, mut states) = (Vec::new(), Vec::new());
    for number in 0..cells.len() {
        for variable in L::Cell::STATE {
            let name = format!("{variable}0");
            if case.has(&format!("state.{name}")) {
                let ours = format!("{name} of cell {number}");
                initial.push(net.input(&ours, "state.", |theirs| layout.state(theirs.get(&name), number)));
            }
            let last = if layout.is_cell { format!("{variable}1") } else { format!("{variable}_n") };
            states.push(net.wanted(&last, |states| layout.state(states, number)));
        }
    }
    let outputs = if layout.is_cell { vec![] } else { vec![net.wanted("y", |y| layout.sequence(y))] };
    Run { x, initial, mask: None, outputs, states }.check(net, tally, layer);
}
