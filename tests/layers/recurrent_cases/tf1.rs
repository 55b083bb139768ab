//! TensorFlow 1: cells under `static_rnn`, `dynamic_rnn` and `bidirectional_dynamic_rnn`.
//!
//! | theirs | ours |
//! | --- | --- |
//! | `kernel` `[I+H, G·H]` | its first `I` rows are `w_ih`, the others `w_hh`; `BasicLstm` has it as it is |
//! | gates of `LSTMCell` and `BasicLSTMCell` `i, j, f, o` | `Lstm`: `i, f, g, o`; `BasicLstm`: as they are |
//! | `forget_bias`, added at every step | `BasicLstm::forget_bias`; `Lstm`: part of `b` |
//! | `w_i_diag`, `w_f_diag`, `w_o_diag` | `peepholes` |
//! | `projection/kernel` `[H, P]` | `w_hr` |
//! | `GRUCell`: `gates` `r, u`, `candidate`, with a kernel and a bias each | `Gru` with `Reset::Before`: `z` is `u`, `n` the candidate |
//! | `sequence_length` | `Tape::lengths` with `zero_output_for_mask(true)` |
//! | states of the LSTM `(c, h)` | `h`, `c` |
//! | sequences `[T, B, I]` if `time_major` | `[B, T, I]` |

use tapeloop::nn::{
    Activation, BasicLstm, BasicLstmCell, Bidirectional, Cell, Gru, GruCell, Lstm, LstmCell, Recurrent,
    Reset, SimpleRnn, SimpleRnnCell, Spec,
};
use tapeloop::{Array, Memory, Param, Params, Tape, Var};

use super::layer::{Apart, FORMS, Layer, Run};
use super::net::{Net, Tally, Theirs, gates};
use crate::common::case::{Case, folder};

/// A cell that can be given TensorFlow's weights.
trait Tf1: Cell {
    /// The variables of its state, as TensorFlow counts them, in our order.
    const STATE: &'static [usize];

    /// Gives it the weights whose names contain `scope`.
    fn load(&self, net: &mut Net<'_>, scope: &str);
}

/// The weight whose name contains the scope, and ends so.
fn get<'t>(theirs: &Theirs<'_, 't>, scope: &str, end: &str) -> Var<'t, f64> {
    let name = name_of(theirs.case(), scope, end);
    theirs.get(&name)
}

fn name_of(case: &Case, scope: &str, end: &str) -> String {
    let names = case.names();
    let weights = names.iter().filter_map(|name| name.strip_prefix("param."));
    let mut found = weights.filter(|name| name.contains(scope) && name.ends_with(end));
    let name = found.next().unwrap_or_else(|| panic!("{}: {scope}…{end}", case.name));
    assert!(found.next().is_none(), "{}: {scope}…{end} isn't one weight", case.name);
    name.to_string()
}

/// The rows of a kernel `[I+H, G·H]` that this weight `[I, G·H]` or `[H, G·H]` is made of.
#[derive(Clone, Copy)]
struct Rows {
    from: usize,
    count: usize,
}

impl Rows {
    fn of(self, kernel: Var<'_, f64>) -> Var<'_, f64> {
        kernel.slice(0, self.from, self.count)
    }
}

/// `w_ih` and `w_hh`, with their rows.
fn with_rows([w_ih, w_hh]: [Param; 2]) -> [(Param, Rows); 2] {
    let [i, h] = [w_ih, w_hh].map(|w| w.shape().rows());
    [(w_ih, Rows { from: 0, count: i }), (w_hh, Rows { from: i, count: h })]
}

impl Tf1 for SimpleRnnCell {
    const STATE: &'static [usize] = &[0];

    fn load(&self, net: &mut Net<'_>, scope: &str) {
        for (w, rows) in with_rows([self.w_ih, self.w_hh]) {
            net.weight(w, |theirs| rows.of(get(theirs, scope, "kernel")));
        }
        net.weight(self.b.unwrap(), |theirs| get(theirs, scope, "bias"));
    }
}

impl Tf1 for BasicLstmCell {
    const STATE: &'static [usize] = &[1, 0];

    fn load(&self, net: &mut Net<'_>, scope: &str) {
        net.weight(self.kernel, |theirs| get(theirs, scope, "kernel"));
        net.weight(self.bias, |theirs| get(theirs, scope, "bias"));
    }
}

/// Gates `i, j, f, o` in our order.
fn i_f_g_o(w: Var<'_, f64>) -> Var<'_, f64> {
    gates(w, [0, 2, 1, 3])
}

impl Tf1 for LstmCell {
    const STATE: &'static [usize] = &[1, 0];

    fn load(&self, net: &mut Net<'_>, scope: &str) {
        for (w, rows) in with_rows([self.w_ih, self.w_hh]) {
            net.weight(w, |theirs| i_f_g_o(rows.of(get(theirs, scope, "cell.kernel"))));
        }
        let b = self.b.unwrap();
        net.weight(b, |theirs| i_f_g_o(get(theirs, scope, "bias")));
        let units = b.shape().last() / 4;
        let forget_bias = net.case.meta["forget_bias"].as_f64().unwrap();
        net.params[b][units..2 * units].iter_mut().for_each(|b_f| *b_f += forget_bias);
        if let Some(peepholes) = self.peepholes {
            net.weight(peepholes.i, |theirs| get(theirs, scope, "w_i_diag"));
            net.weight(peepholes.f, |theirs| get(theirs, scope, "w_f_diag"));
            net.weight(peepholes.o, |theirs| get(theirs, scope, "w_o_diag"));
        }
        if let Some(w_hr) = self.w_hr {
            net.weight(w_hr, |theirs| get(theirs, scope, "projection.kernel"));
        }
    }
}

/// Gates `r, u` and a candidate in our order.
fn z_r_n<'t>(r_u: Var<'t, f64>, candidate: Var<'t, f64>) -> Var<'t, f64> {
    r_u.tape().concat(r_u.shape().rank() - 1, &[gates(r_u, [1, 0]), candidate])
}

impl Tf1 for GruCell {
    const STATE: &'static [usize] = &[0];

    fn load(&self, net: &mut Net<'_>, scope: &str) {
        for (w, rows) in with_rows([self.w_ih, self.w_hh]) {
            net.weight(w, |theirs| {
                let [r_u, candidate] =
                    ["gates.kernel", "candidate.kernel"].map(|end| get(theirs, scope, end));
                z_r_n(rows.of(r_u), rows.of(candidate))
            });
        }
        net.weight(self.b_ih.unwrap(), |theirs| {
            let [r_u, candidate] = ["gates.bias", "candidate.bias"].map(|end| get(theirs, scope, end));
            z_r_n(r_u, candidate)
        });
    }
}

#[test]
fn tensorflow_1() {
    let mut tally = Tally::default();
    for case in &folder("keras2_tf1/tf1_cells") {
        for form in FORMS {
            let units = units(case);
            let activation = match case.meta.get("activation").and_then(|name| name.as_str()) {
                None => Activation::Tanh,
                Some("relu") => Activation::Relu,
                other => panic!("{}: {other:?}", case.name),
            };
            match case.meta["cell"].as_str().unwrap() {
                "BasicRNNCell" => check(case, &mut tally, form.of(SimpleRnn::new(units))),
                "BasicLSTMCell" => {
                    let forget_bias = case.meta["forget_bias"].as_f64().unwrap();
                    let lstm = BasicLstm::new(units).forget_bias(forget_bias).activation(activation);
                    check(case, &mut tally, form.of(lstm));
                }
                "GRUCell" => check(case, &mut tally, form.of(Gru::new(units).reset(Reset::Before))),
                "LSTMCell(use_peepholes)" => {
                    check(case, &mut tally, form.of(Lstm::new(units).peepholes(true)));
                }
                "LSTMCell(num_proj=3)" => check(case, &mut tally, form.of(Lstm::new(units).projection(3))),
                "LSTMCell(cell_clip=0.3)" => {
                    check(case, &mut tally, form.of(Lstm::new(units).cell_clip(0.3)));
                }
                other => panic!("{}: {other}", case.name),
            }
        }
        tally.cases += 1;
    }
    tally.finish("TensorFlow 1", 25);
}

/// `H`, of which TensorFlow's first state is.
fn units(case: &Case) -> usize {
    let first = case.names().into_iter().find(|name| name.starts_with("expected.state_0")).unwrap();
    case.array(&first).shape().last()
}

fn check<S: Spec + Clone>(case: &Case, tally: &mut Tally, layer: Recurrent<S>)
where
    S::Cell: Tf1,
{
    let layer = layer.return_sequences(true).zero_output_for_mask(true);
    let (mut net, inputs) = (Net::new(case), case.array("input.x").shape().last());
    if case.meta["bidirectional"] == true {
        let layer = Apart(Bidirectional::new(layer).build(&mut net.params, "rnn", inputs));
        check_loaded(net, tally, &layer, &[".fw.", ".bw."]);
    } else {
        let layer = layer.build(&mut net.params, "rnn", inputs);
        check_loaded(net, tally, &layer, &[".rnn."]);
    }
}

/// Checks a layer whose cells have weights in these scopes.
fn check_loaded<L: Layer<Cell: Tf1>>(mut net: Net<'_>, tally: &mut Tally, layer: &L, scopes: &[&str]) {
    let case = net.case;
    for (cell, scope) in layer.cells().into_iter().zip(scopes) {
        cell.load(&mut net, scope);
    }
    let time_major = case.meta["time_major"] == true;
    let x = net.input("x", "input.", |theirs| batch_major(theirs.get("x"), time_major));
    let outputs = (0..scopes.len())
        .map(|n| net.wanted(&format!("output_{n}"), |y| batch_major(y, time_major)))
        .collect();
    let names = case.names();
    let last: Vec<_> =
        names.iter().filter_map(|name| name.strip_prefix("expected.")?.strip_prefix("state_")).collect();
    let (mut initial, mut states) = (Vec::new(), Vec::new());
    let width = L::Cell::STATE.len();
    assert_eq!(last.len(), width * scopes.len(), "{}: {last:?}", case.name);
    for cell in 0..scopes.len() {
        for variable in L::Cell::STATE {
            let number = width * cell + variable;
            states.push(net.wanted(&format!("state_{}", last[number]), |state| state));
            let name = format!("initial_{number}");
            if case.meta["has_initial_state"] == true {
                initial.push(net.input(&name, "state.", |theirs| theirs.get(&name)));
            }
        }
    }
    let steps = x.shape().sizes()[1];
    let mask =
        case.has("input.sequence_length").then(|| self::mask(&net.integers("input.sequence_length"), steps));
    Run { x, initial, mask, outputs, states }.check(net, tally, layer);
}

fn batch_major(x: Var<'_, f64>, time_major: bool) -> Var<'_, f64> {
    if time_major { x.transpose(0, 1) } else { x }
}

/// The mask `[B, T]` of sequences of these lengths.
pub fn mask(lengths: &[usize], steps: usize) -> Array<f64> {
    let none = Params::new(0);
    Tape::new(&none, Memory::new()).lengths(lengths, steps).to_array()
}
