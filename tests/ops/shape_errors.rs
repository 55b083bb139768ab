//! A call with shapes that don't fit panics at the caller's line, and names the op and the shapes.

use crate::common::panics::panics;
use tapeloop::{Array, Memory, Params, Shape, Tape, Var};

/// Asserts that `call` panics on the line of this very call, and that the message begins with the op's
/// name and contains all of `parts`.
#[track_caller]
fn rejects(op: &str, parts: &[&str], call: impl for<'t> Fn(&'t Tape<'t, f64>) -> Var<'t, f64>) {
    let params = Params::new(0);
    let tape = Tape::new(&params, Memory::new());
    panics(&format!("{op}: "), parts, || drop(call(&tape).value()));
}

fn of<'t>(tape: &'t Tape<'t, f64>, shape: impl Into<Shape>) -> Var<'t, f64> {
    tape.variable(&Array::zeros(shape))
}

#[test]
fn two_inputs_of_one_shape() {
    let both = ["[2, 3]", "[3, 2]"];
    rejects("add", &both, |t| of(t, [2, 3]) + of(t, [3, 2]));
    rejects("sub", &both, |t| of(t, [2, 3]) - of(t, [3, 2]));
    rejects("mul", &both, |t| of(t, [2, 3]) * of(t, [3, 2]));
    rejects("div", &both, |t| of(t, [2, 3]) / of(t, [3, 2]));
    rejects("maximum", &both, |t| of(t, [2, 3]).maximum(of(t, [3, 2])));
    rejects("minimum", &both, |t| of(t, [2, 3]).minimum(of(t, [3, 2])));
    rejects("where_mask", &both, |t| of(t, [2, 3]).where_mask(&[true; 6], of(t, [3, 2])));
    rejects("where_mask", &["[5]", "[2, 3]"], |t| of(t, [2, 3]).where_mask(&[true; 5], of(t, [2, 3])));
    rejects("select_rows", &both, |t| of(t, [2]).select_rows(of(t, [2, 3]), of(t, [3, 2])));
    rejects("select_rows", &["[3]", "[2, 3]"], |t| of(t, [3]).select_rows(of(t, [2, 3]), of(t, [2, 3])));
    rejects("select_rows", &["[1]", "[2, 3]"], |t| of(t, [1]).select_rows(of(t, [2, 3]), of(t, [2, 3])));
    rejects("select_rows", &["[]"], |t| of(t, []).select_rows(of(t, []), of(t, [])));
    // Nothing is broadcast unasked.
    rejects("add", &["[2, 3]", "[]"], |t| of(t, [2, 3]) + of(t, []));
    rejects("mul", &["[2, 3]", "[3]"], |t| of(t, [2, 3]) * of(t, [3]));
}

#[test]
fn attributes_out_of_range() {
    rejects("clamp", &["1", "-1", "[2]"], |t| of(t, [2]).clamp(1.0, -1.0));
    rejects("clamp", &["NaN"], |t| of(t, [2]).clamp(f64::NAN, 1.0));
    rejects("dropout", &["1"], |t| of(t, [2]).dropout(1.0, 0));
    rejects("dropout", &["-0.1"], |t| of(t, [2]).dropout(-0.1, 0));
    rejects("dropout", &["NaN"], |t| of(t, [2]).dropout(f64::NAN, 0));
    rejects("dropout", &["1"], |t| of(t, [2]).dropout_along(0, 1.0, 0));
}

#[test]
fn matrices() {
    rejects("matmul", &["[2, 3]", "[4, 2]"], |t| of(t, [2, 3]).matmul(of(t, [4, 2])));
    rejects("matmul", &["[3]", "[3, 2]"], |t| of(t, [3]).matmul(of(t, [3, 2])));
    rejects("matmul", &["[2, 3]", "[3]"], |t| of(t, [2, 3]).matmul(of(t, [3])));
    rejects("matmul", &["[2, 3]", "[1, 3, 2]"], |t| of(t, [2, 3]).matmul(of(t, [1, 3, 2])));
    rejects("matmul_columns", &["[2, 3]", "[4, 2]"], |t| of(t, [2, 3]).matmul_columns(of(t, [4, 2]), 0..1));
    rejects("matmul_columns", &["[3]", "[3, 2]"], |t| of(t, [3]).matmul_columns(of(t, [3, 2]), 0..1));
    rejects("matmul_columns", &["[2, 3]", "[3, 2]"], |t| of(t, [2, 3]).matmul_columns(of(t, [3, 2]), 1..3));
    rejects("matvec", &["[2, 6]", "[3, 2]"], |t| of(t, [2, 6]).matvec(of(t, [3, 2])));
    rejects("matvec", &["[2, 6]", "[2, 4]"], |t| of(t, [2, 6]).matvec(of(t, [2, 4])));
    #[track_caller]
    fn outer<'t>(t: &'t Tape<'t, f64>, f: &[usize], p: [usize; 2]) -> Var<'t, f64> {
        of(t, [2, 6]).outer_update(of(t, Shape::new(f)), of(t, p), of(t, [2, 3]))
    }
    let mistakes: [(&[usize], [usize; 2], [&str; 2]); 5] = [
        (&[2, 2], [2, 2], ["[2, 2]", "[2, 3]"]),
        (&[1, 1], [2, 2], ["[1, 1]", "[2, 3]"]),
        (&[3], [2, 2], ["[3]", "[2, 3]"]),
        (&[2, 1], [2, 4], ["[2, 6]", "[2, 4]"]),
        (&[2, 1], [1, 2], ["[2, 6]", "[1, 2]"]),
    ];
    for (f, p, named) in mistakes {
        rejects("outer_update", &named, |t| outer(t, f, p));
    }
    #[allow(clippy::reversed_empty_ranges)] // that is the mistake
    rejects("matmul_columns", &["[2, 3]", "[3, 4]"], |t| of(t, [2, 3]).matmul_columns(of(t, [3, 4]), 3..1));
    rejects("matmul_tn", &["[2, 3]", "[3, 2]"], |t| of(t, [2, 3]).matmul_tn(of(t, [3, 2])));
    rejects("matmul_tn", &["[2, 2, 3]", "[4, 3]"], |t| of(t, [2, 2, 3]).matmul_tn(of(t, [4, 3])));
    rejects("matmul_nt", &["[2, 3]", "[3, 2]"], |t| of(t, [2, 3]).matmul_nt(of(t, [3, 2])));
    rejects("matmul_tt", &["[2, 3]", "[3, 5]"], |t| of(t, [2, 3]).matmul_tt(of(t, [3, 5])));
    rejects("add_bias", &["[2, 3]", "[2]"], |t| of(t, [2, 3]).add_bias(of(t, [2])));
    rejects("add_bias", &["[2, 3]", "[1, 3]"], |t| of(t, [2, 3]).add_bias(of(t, [1, 3])));
    rejects("add_bias", &["[]", "[1]"], |t| of(t, []).add_bias(of(t, [1])));
    let (gamma, beta) = (["gamma", "[3, 2]", "not [2]"], ["beta", "[1]", "not [3, 2]"]);
    rejects("layer_norm", &gamma, |t| of(t, [3, 2]).layer_norm(1, Some(of(t, [3, 2])), None, 0.0));
    rejects("layer_norm", &beta, |t| of(t, [3, 2]).layer_norm(2, None, Some(of(t, [1])), 0.0));
}

#[test]
fn axes_that_are_not_there() {
    rejects("dropout", &["[2, 3]", "axis 2"], |t| of(t, [2, 3]).dropout_along(2, 0.5, 0));
    rejects("reverse", &["[2, 3]", "axis 2"], |t| of(t, [2, 3]).reverse(2));
    rejects("softmax", &["[]"], |t| of(t, []).softmax());
    rejects("log_softmax", &["[]"], |t| of(t, []).log_softmax());
    rejects("logsumexp", &["[]"], |t| of(t, []).logsumexp());
    rejects("layer_norm", &["[]", "1 last axes"], |t| of(t, []).layer_norm(1, None, None, 1e-3));
    rejects("layer_norm", &["[2, 3]", "0 last axes"], |t| of(t, [2, 3]).layer_norm(0, None, None, 1e-3));
    rejects("layer_norm", &["[2, 3]", "3 last axes"], |t| of(t, [2, 3]).layer_norm(3, None, None, 1e-3));
    rejects("patches", &["[2, 3, 4]", "[B, Y, X, C]"], |t| of(t, [2, 3, 4]).patches([3, 3]));
    rejects("patches", &["[0, 3]"], |t| of(t, [2, 3, 4, 1]).patches([0, 3]));
    rejects("sum_axis", &["[2, 3]", "axis 2"], |t| of(t, [2, 3]).sum_axis(2));
    rejects("mean_axis", &["[2, 3]", "axis 2"], |t| of(t, [2, 3]).mean_axis(2));
    rejects("max_axis", &["[2, 3]", "axis 2"], |t| of(t, [2, 3]).max_axis(2));
    rejects("max_axis", &["[2, 0]", "axis 1", "empty"], |t| of(t, [2, 0]).max_axis(1));
    rejects("transpose", &["[2, 3]", "axis 2"], |t| of(t, [2, 3]).transpose(2, 0));
    rejects("transpose", &["[2, 3]", "axis 2"], |t| of(t, [2, 3]).transpose(0, 2));
    rejects("select", &["[2, 3]", "axis 2"], |t| of(t, [2, 3]).select(2, 0));
    rejects("slice", &["[2, 3]", "axis 2"], |t| of(t, [2, 3]).slice(2, 0, 1));
    rejects("concat", &["[2, 3]", "axis 2"], |t| t.concat(2, &[of(t, [2, 3])]));
    rejects("stack", &["[2, 3]", "axis 3"], |t| t.stack(3, &[of(t, [2, 3])]));
    rejects("stack", &["[1, 1, 1, 1]", "axis 0"], |t| t.stack(0, &[of(t, [1, 1, 1, 1])]));
}

#[test]
fn entries_that_are_not_there() {
    rejects("select", &["[2, 3]", "3", "axis 1"], |t| of(t, [2, 3]).select(1, 3));
    rejects("slice", &["[2, 3]", "2 entries from 2", "axis 1"], |t| of(t, [2, 3]).slice(1, 2, 2));
    rejects("slice", &["[2, 3]", "axis 1"], |t| of(t, [2, 3]).slice(1, usize::MAX, 2));
    rejects("gather", &["id 5", "V = 5", "[5, 2]"], |t| of(t, [5, 2]).gather([3], &[0, 5, 9]));
}

#[test]
fn shapes_to_be() {
    rejects("reshape", &["[2, 3]", "[4, 2]"], |t| of(t, [2, 3]).reshape([4, 2]));
    rejects("expand", &["[2, 3]", "[4, 3]"], |t| of(t, [2, 3]).expand([4, 3]));
    rejects("expand", &["[2, 3]", "[2, 3, 1]"], |t| of(t, [2, 3]).expand([2, 3, 1]));
    rejects("expand", &["[2, 3]", "[3]"], |t| of(t, [2, 3]).expand([3]));
    rejects("expand", &["[1, 3]", "[3]"], |t| of(t, [1, 3]).expand([3]));
    rejects("concat", &["[2, 3]", "[3, 3]"], |t| t.concat(1, &[of(t, [2, 3]), of(t, [3, 3])]));
    rejects("concat", &["[2, 3]", "[2]"], |t| t.concat(0, &[of(t, [2, 3]), of(t, [2])]));
    rejects("concat", &["nothing"], |t| t.concat(0, &[]));
    rejects("stack", &["[2, 3]", "[3, 2]"], |t| t.stack(0, &[of(t, [2, 3]), of(t, [3, 2])]));
    rejects("stack", &["nothing"], |t| t.stack(0, &[]));
    rejects("gather", &["2 ids", "[3]"], |t| of(t, [5, 2]).gather([3], &[0, 1]));
    rejects("gather", &["[5]", "[V, D]"], |t| of(t, [5]).gather([1], &[0]));
    rejects("gather", &["[1, 1, 1, 1]"], |t| of(t, [5, 2]).gather([1, 1, 1, 1], &[0]));
}

#[test]
fn shapes_without_the_axis() {
    let x = Shape::from([2, 3]);
    let start = "shape [2, 3] has no ";
    panics(start, &["axis 2"], || x.around(2));
    panics(start, &["axis 2"], || x.with_size(2, 1));
    panics(start, &["axis 2"], || x.without(2));
    panics(start, &["place", "axis 3"], || x.with_axis(3, 1));
    panics("shape [] has no axis 0", &[], || Shape::from([]).without(0));
}

#[cfg(target_pointer_width = "64")]
#[test]
fn shapes_too_large_to_count() {
    const BIG: usize = 1 << 32;
    let many = &["more elements than can be counted"];
    let x = Shape::from([BIG, 2]);
    assert_eq!(Shape::from([BIG, BIG - 1]).len(), usize::MAX - (BIG - 1));
    panics("shape [4294967296, 4294967296]", many, || Shape::from([BIG, BIG]));
    panics("shape [4294967296, 4294967296]", many, || x.with_size(1, BIG));
    panics("shape [4294967296, 2, 4294967296]", many, || x.with_axis(2, BIG));
    // An axis of size 0 doesn't help: the others are multiplied too, as rows.
    panics("shape [4294967296, 4294967296, 0]", many, || Shape::from([BIG, BIG, 0]));

    let params = Params::<f64>::new(0);
    let tape = Tape::new(&params, Memory::new());
    let one = of(&tape, [1, 1]);
    panics("shape [4294967296, 4294967296]", many, || tape.input([BIG, BIG], &[]));
    panics("shape [4294967296, 4294967296]", many, || one.expand([BIG, BIG]));
}

#[cfg(target_pointer_width = "64")]
#[test]
#[should_panic(expected = "shape [8589934592, 2147483648] has more elements than can be counted")]
fn an_array_too_large_to_count_is_not_empty() {
    let _ = Array::<f64>::zeros([1 << 33, 1 << 31]);
}
