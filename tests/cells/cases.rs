//! Cells of the zoo beside the implementations that others published: outputs, last states and all gradients, as recorded in
//! `tests/cases/zoo` by `tests/cases/record/zoo_*.py`.
//!
//! A case names the cell (`cell`), its units, perhaps a `variant` of `variants` below, and the largest difference allowed (`tolerance`). Its
//! arrays: `input.x` `[B, T, I]`, `param.*` in our names and layouts, `state.0`, … the initial state, if it isn't zeros;
//! `expected.output` `[B, T, H]`, and perhaps `expected.state.0`, …; `upstream.*`, as many, and `grad.x`, `grad.param.*`,
//! `grad.state.*`: the gradients of `Σ expected·upstream`.

use std::collections::BTreeSet;

use crate::common::case::{Case, assert_close, folder};
use tapeloop::nn::zoo::{Mamba, MinGru, MinLstm};
use tapeloop::nn::{Call, Cell, Recurrent, Spec, State, zoo};
use tapeloop::{Memory, Params, Tape, Var};

/// Layers that differ from what the zoo's list has, by the `variant` that cases name.
fn variants(case: &Case, units: usize, variant: &str) -> bool {
    match (case.meta["cell"].as_str(), variant) {
        (Some("slstm"), "2 heads") => both(case, zoo::Slstm::new(units).heads(2)),
        (Some("min_gru"), "positive") => both(case, MinGru::new(units).positive(true)),
        (Some("min_lstm"), "positive") => both(case, MinLstm::new(units).positive(true)),
        (Some("mamba"), "euler") => both(case, Mamba::new(units).state(3).euler(true)),
        (_, "6 coefficients for 7.5 steps") => both(case, zoo::Lmu::new(units).memory(6, 7.5)),
        (_, "2 heads of retention") => both(case, zoo::Retention::new(units).heads(2)),
        (_, "keras") => both(case, zoo::ConvLstm::new(units).peepholes(false)),
        (_, "keras image") => {
            both(case, zoo::ConvLstm::new(units).image([4, 3]).kernel([2, 3]).peepholes(false));
        }
        _ => return false,
    }
    true
}

struct Compare<'a> {
    case: &'a Case,
    compared: bool,
}

impl zoo::Visit for Compare<'_> {
    fn visit<S: Spec + Copy + 'static>(&mut self, name: &'static str, layer: Recurrent<S>) {
        if self.case.meta["cell"] == name {
            self.compared = true;
            both(self.case, layer);
        }
    }
}

/// As it is, and step by step.
fn both<S: Spec + Copy>(case: &Case, layer: Recurrent<S>) {
    compare(case, layer);
    compare(case, layer.unrolled());
}

fn compare<S: Spec>(case: &Case, layer: Recurrent<S>) {
    let tolerance = case.meta["tolerance"].as_f64().expect("a tolerance");
    let x = case.array("input.x");
    let (mut params, layer) = (Params::<f64>::new(0), layer.return_sequences(true));
    let layer = layer.build(&mut params, "param", x.shape().sizes()[2]);
    let ours: BTreeSet<String> = params.iter().map(|entry| entry.name.to_string()).collect();
    let theirs = case.names().into_iter().filter(|name| name.starts_with("param."));
    assert_eq!(ours, theirs.collect(), "{}: the weights", case.name);
    let weights: Vec<_> = params.iter().map(|entry| (entry.param, entry.name.to_string())).collect();
    for (param, name) in &weights {
        let array = case.array(name);
        assert_eq!(param.shape(), array.shape(), "{}: {name}", case.name);
        params[*param].copy_from_slice(array.data());
    }

    let tape = Tape::new(&params, Memory::new());
    let (x, mut number) = (tape.variable(&x), 0);
    let mut initial: Vec<Var<'_, f64>> = Vec::new();
    let state = layer.cell.zero_state(&tape, x.shape().rows() / x.shape().sizes()[1]).map(|zeros| {
        let name = format!("state.{number}");
        number += 1;
        initial.push(if case.has(&name) { tape.variable(&case.array(&name)) } else { zeros });
        initial[number - 1]
    });
    let out = layer.run(x, Call { initial_state: Some(state), ..Call::default() });

    let mut results = vec![("output".to_owned(), out.output)];
    let mut number = 0;
    let _ = out.state.map(|variable| {
        results.push((format!("state.{number}"), variable));
        number += 1;
        variable
    });
    results.retain(|(name, _)| case.has(&format!("expected.{name}")));
    assert_eq!(results[0].0, "output", "{}: no output", case.name);
    let close = |name: &str, got: &[f64]| {
        let what = format!("{}: {name}", case.name);
        assert_close(&what, got, case.array(name).data(), tolerance);
    };
    let mut loss = None;
    for (name, result) in results {
        close(&format!("expected.{name}"), &result.value());
        let upstream = case.array(&format!("upstream.{name}"));
        let part = (result * tape.input(upstream.shape(), upstream.data())).sum();
        loss = Some(loss.map_or(part, |loss| loss + part));
    }
    let mut grads = params.zero_gradients();
    tape.backward(loss.unwrap(), &mut grads);
    close("grad.x", &x.grad());
    for (param, name) in weights {
        close(&format!("grad.{name}"), &grads[param]);
    }
    for (number, initial) in initial.iter().enumerate() {
        if case.has(&format!("grad.state.{number}")) {
            close(&format!("grad.state.{number}"), &initial.grad());
        }
    }
}

#[test]
fn cells_are_those_of_others() {
    let mut cells = BTreeSet::new();
    for case in folder("zoo") {
        let cell = case.meta["cell"].as_str().expect("a cell").to_owned();
        let units = usize::try_from(case.meta["units"].as_u64().expect("units")).unwrap();
        let compared = match case.meta.get("variant").and_then(|variant| variant.as_str()) {
            Some(variant) => variants(&case, units, variant),
            None => {
                let mut compare = Compare { case: &case, compared: false };
                zoo::visit(units, &mut compare);
                compare.compared
            }
        };
        assert!(compared, "{}: {cell} isn't in the zoo", case.name);
        cells.insert(cell);
    }
    println!("{} cells compared: {cells:?}", cells.len());
}
