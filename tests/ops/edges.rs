//! The table of `docs/edges.md`, row by row: what it says of us is what we do, and what it says of others is
//! what they were recorded to do.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde_json::Value;
use tapeloop::ops::{BceLimit, Reduction};
use tapeloop::{Array, Memory, Params, Tape, Var};

type V<'t> = Var<'t, f64>;
type Row = (&'static str, for<'t> fn(&'t Tape<'t, f64>, &[V<'t>]) -> V<'t>);

const EACH: Reduction = Reduction::None;

/// The rows, in the order of the table; what each computes from its inputs.
const ROWS: &[Row] = &[
    ("relu_at_0", |_, v| v[0].relu()),
    ("abs_at_0", |_, v| v[0].abs()),
    ("leaky_relu_at_0", |_, v| v[0].leaky_relu(0.01)),
    ("elu_at_0", |_, v| v[0].elu(1.0)),
    ("hard_sigmoid", |_, v| v[0].hard_sigmoid()),
    ("sigmoid_extreme", |_, v| v[0].sigmoid()),
    ("tanh_extreme", |_, v| v[0].tanh()),
    ("softplus_extreme", |_, v| v[0].softplus()),
    ("softsign_at_inf", |_, v| v[0].softsign()),
    ("exp_overflow", |_, v| v[0].exp()),
    ("log_at_0", |_, v| v[0].ln()),
    ("sqrt_at_0", |_, v| v[0].sqrt()),
    ("x_ln_x_at_0", |_, v| v[0] * v[0].ln()),
    ("mul_0_inf", |_, v| v[0] * v[1]),
    ("div_0", |_, v| v[0] / v[1]),
    ("maximum_tie", |_, v| v[0].maximum(v[1])),
    ("minimum_tie", |_, v| v[0].minimum(v[1])),
    ("clip_at_bounds", |_, v| v[0].clamp(-1.0, 1.0)),
    ("clamp_crossed", |_, v| v[0].clamp(2.0, 1.0)),
    ("where_untaken_nan", |tape, v| {
        let positive: Vec<bool> = v[0].value().iter().map(|&x| x > 0.0).collect();
        v[0].sqrt().where_mask(&positive, tape.input([3], &[0.0; 3]))
    }),
    ("dropout_p0", |_, v| v[0].dropout(0.0, 1)),
    ("dropout_p1", |_, v| v[0].dropout(1.0, 1)),
    ("sum_empty", |_, v| v[0].sum()),
    ("sum_axis_empty", |_, v| v[0].reshape([2, 0]).sum_axis(1)),
    ("mean_empty", |_, v| v[0].mean()),
    ("mean_axis_empty", |_, v| v[0].reshape([2, 0]).mean_axis(1)),
    ("reduce_max_empty", |_, v| v[0].max_axis(0)),
    ("reduce_max_ties", |_, v| v[0].max_axis(0)),
    ("reduce_max_all_equal", |_, v| v[0].max_axis(0)),
    ("reduce_max_nan", |_, v| v[0].max_axis(0)),
    ("norm_at_0", |_, v| v[0].norm()),
    ("norm_overflow", |_, v| v[0].norm()),
    ("matmul_empty", |_, v| v[0].reshape([1, 0]).matmul(v[1].reshape([0, 2]))),
    ("logsumexp_neg_inf", |_, v| v[0].logsumexp()),
    ("logsumexp_inf", |_, v| v[0].logsumexp()),
    ("logsumexp_empty", |_, v| v[0].logsumexp()),
    ("softmax_one", |_, v| v[0].softmax()),
    ("softmax_all_neg_inf", |_, v| v[0].softmax().select(0, 0)),
    ("softmax_one_neg_inf", |_, v| v[0].softmax().select(0, 0)),
    ("softmax_inf", |_, v| v[0].softmax().select(0, 0)),
    ("log_softmax_all_neg_inf", |_, v| v[0].log_softmax()),
    ("log_softmax_one_neg_inf", |_, v| v[0].log_softmax().select(0, 0)),
    ("layer_norm_constant", |_, v| layer_norm(v[0], 1e-3).select(0, 0)),
    ("layer_norm_constant_no_epsilon", |_, v| layer_norm(v[0], 0.0).select(0, 0)),
    ("layer_norm_one", |_, v| layer_norm(v[0], 1e-3)),
    ("gather_oob_negative", |_, v| v[0].reshape([3, 1]).gather([1], &[-1_isize as usize])),
    ("gather_oob_high", |_, v| v[0].reshape([3, 1]).gather([1], &[3])),
    ("select_beyond_end", |_, v| v[0].select(0, 3)),
    ("slice_beyond_end", |_, v| v[0].slice(0, 1, 4)),
    ("stack_nothing", |tape, _| tape.stack(0, &[])),
    ("mse_empty", |_, v| v[0].mse(v[1])),
    ("mae_equal", |_, v| v[0].mae_with(v[1], EACH)),
    ("huber_at_delta", |_, v| v[0].huber_with(v[1], 1.0, EACH)),
    ("xent_extreme", |_, v| v[0].cross_entropy(&[1])),
    ("xent_one_class", |_, v| v[0].cross_entropy(&[0])),
    ("xent_true_neg_inf", |_, v| v[0].cross_entropy(&[1])),
    ("xent_other_neg_inf", |_, v| v[0].cross_entropy(&[0])),
    ("xent_all_ignored", |_, v| v[0].cross_entropy_with(&[1], Some(1), Reduction::Mean)),
    ("xent_target_high", |_, v| v[0].cross_entropy(&[2])),
    ("bce_logits_extreme", |_, v| v[0].bce_logits_with(v[1], EACH)),
    ("bce_logits_inf", |_, v| v[0].bce_logits_with(v[1], EACH)),
    ("bce_at_0_1", |_, v| v[0].bce_with(v[1], BceLimit::Probability, EACH)),
    ("bce_at_0_1_logarithm", |_, v| v[0].bce_with(v[1], BceLimit::Logarithm, EACH)),
    ("bce_outside", |_, v| v[0].bce_with(v[1], BceLimit::Probability, EACH)),
    ("bce_outside_logarithm", |_, v| v[0].bce_with(v[1], BceLimit::Logarithm, EACH)),
];

fn layer_norm(x: V<'_>, epsilon: f64) -> V<'_> {
    x.layer_norm(1, None, None, epsilon)
}

/// Recorded points of operations that we don't have.
const WITHOUT: [&str; 5] =
    ["reduce_prod_one_zero", "reduce_prod_two_zeros", "pow_0_0", "round_half", "sign_0"];

#[test]
fn every_row_is_true() {
    let others = ["torch", "jax", "tf"].map(recorded);
    let mut wrong = String::new();
    let docs = read("docs/edges.md");
    let table: Vec<Vec<&str>> = docs.lines().filter(|line| line.starts_with("| `")).map(cells).collect();
    assert_eq!(
        table.iter().map(|row| row[0]).collect::<Vec<_>>(),
        ROWS.iter().map(|row| row.0).collect::<Vec<_>>()
    );

    for (cells, (key, f)) in table.iter().zip(ROWS) {
        let inputs = inputs(cells[2]);
        let ours = ours(*f, &inputs);
        let mut says = cells.clone();
        says[3] = &ours;
        let theirs = others.each_ref().map(|other| theirs(other, key, &inputs));
        for (cell, theirs) in says[4..7].iter_mut().zip(&theirs) {
            *cell = if *theirs == ours { "=" } else { theirs };
        }
        if says != *cells {
            wrong += &format!("| `{}` | {} |\n", says[0], says[1..].join(" | "));
        }
    }
    assert!(wrong.is_empty(), "these rows of docs/edges.md should read\n{wrong}");
}

#[test]
fn every_recorded_point_is_a_row_or_has_no_operation() {
    let docs = read("docs/edges.md");
    for point in recorded("torch").0.as_object().unwrap().keys() {
        let row = ROWS.iter().any(|(key, _)| key == point);
        assert!(row != WITHOUT.contains(&point.as_str()), "{point}");
        assert!(docs.contains(&format!("`{point}`")), "{point} is not in docs/edges.md");
    }
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// The cells of a row, the first without its backquotes.
fn cells(line: &str) -> Vec<&str> {
    let mut cells: Vec<&str> = line.split('|').map(str::trim).collect();
    cells = cells[1..cells.len() - 1].to_vec();
    cells[0] = cells[0].trim_matches('`');
    cells
}

/// `a = 1, 2; b = none` as [[1, 2], []].
fn inputs(cell: &str) -> Vec<Vec<f64>> {
    let lists = cell.split(';').filter_map(|input| Some(input.split_once('=')?.1.trim()));
    let number = |text: &str| text.trim().replace('∞', "inf").parse().unwrap();
    lists
        .map(|list| if list == "none" { Vec::new() } else { list.split(',').map(number).collect() })
        .collect()
}

/// What we do, as a cell.
fn ours(f: for<'t> fn(&'t Tape<'t, f64>, &[V<'t>]) -> V<'t>, inputs: &[Vec<f64>]) -> String {
    let run = || {
        let params = Params::new(0);
        let tape = Tape::new(&params, Memory::new());
        let vars: Vec<_> = inputs.iter().map(|x| tape.variable(&Array::new([x.len()], x.clone()))).collect();
        let y = f(&tape, &vars);
        tape.backward(y.sum(), &mut params.zero_gradients());
        let lists = std::iter::once(y.value()).chain(vars.iter().map(|v| v.grad()));
        lists.map(|list| text(&list)).collect::<Vec<_>>().join("; ")
    };
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let formatted = panic.downcast_ref::<String>().map(String::as_str);
        format!("panics: \"{}\"", formatted.or(panic.downcast_ref::<&str>().copied()).unwrap())
    })
}

/// What a library did, and with which inputs where they were recorded.
type Recorded = (Value, Value);

fn recorded(library: &str) -> Recorded {
    let parse =
        |file: &str| -> Value { serde_json::from_str(&read(&format!("tests/cases/edge/{file}"))).unwrap() };
    let (mut points, mut more) =
        (parse(&format!("edge_{library}.json")), parse(&format!("extra_{library}.json")));
    let results = points["results"].as_object_mut().unwrap();
    results.append(more["results"].as_object_mut().unwrap());
    (points["results"].take(), more["inputs"].take())
}

/// The same as a cell.
fn theirs((results, recorded_inputs): &Recorded, key: &str, inputs: &[Vec<f64>]) -> String {
    let key = key.trim_end_matches("_logarithm");
    if let Some(recorded) = recorded_inputs.get(key) {
        let recorded: Vec<_> =
            recorded.as_object().unwrap().values().map(|list| text(&numbers(list))).collect();
        assert_eq!(recorded, inputs.iter().map(|x| text(x)).collect::<Vec<_>>(), "{key}: inputs");
    }
    match results.get(key) {
        None => "-".to_owned(),
        Some(result) if result.get("error").is_some() => "error".to_owned(),
        Some(result) => {
            let lists = std::iter::once(&result["value"]).chain(result["grad"].as_array().unwrap());
            lists.map(|list| text(&numbers(list))).collect::<Vec<_>>().join("; ")
        }
    }
}

fn numbers(list: &Value) -> Vec<f64> {
    let number = |x: &Value| x.as_f64().unwrap_or_else(|| x.as_str().unwrap().parse().unwrap());
    list.as_array().unwrap().iter().map(number).collect()
}

/// Numbers with twelve digits, and without the sign of a zero.
fn text(list: &[f64]) -> String {
    let number = |&x: &f64| {
        let rounded: f64 = format!("{x:.11e}").parse().unwrap();
        format!("{:?}", rounded + 0.0).replace("inf", "∞").trim_end_matches(".0").to_owned()
    };
    if list.is_empty() { "none".to_owned() } else { list.iter().map(number).collect::<Vec<_>>().join(", ") }
}
