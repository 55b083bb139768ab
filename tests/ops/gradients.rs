//! The gradient of every op, against differences.

use crate::common::gradients::{Checks, distinct, normal, off_corners, off_jumps, positive};
use tapeloop::{Shape, Var, ops};

/// One of each kind: a scalar, one element, odd sizes, every rank, nothing.
const SHAPES: [&[usize]; 9] =
    [&[], &[1], &[17], &[3, 1], &[2, 3], &[3, 1, 5], &[2, 3, 2, 2], &[0], &[2, 0, 3]];

#[test]
fn every_op_agrees_with_differences() {
    let mut checks = Checks::default();
    element_by_element(&mut checks);
    matrices(&mut checks);
    last_axis(&mut checks);
    scans(&mut checks);
    shaping(&mut checks);
    sums(&mut checks);

    let (place, worst) = checks.worst.as_ref().unwrap();
    println!(
        "{} derivatives agree; the worst, {:.4} of what is allowed: {place}: {worst}",
        checks.compared,
        worst.ratio()
    );
    // The losses stand at the end of the list; they have a test of their own. Leaves compute nothing, parts of values
    // neither; and the recurrences over whole sequences are in `tests/layers/recurrent.rs`.
    let names = ops::NAMES.iter().take_while(|&&name| name != "mse");
    let names = names.filter(|name| !["leaf", "part", "recurrence"].contains(name));
    let missing: Vec<_> = names.filter(|&&name| !checks.ops.contains(name)).collect();
    assert!(missing.is_empty(), "ops without a gradient test: {missing:?}");
}

fn element_by_element(checks: &mut Checks) {
    for shape in SHAPES {
        let (one, two) = (&[shape][..], &[shape, shape][..]);
        checks.check(normal, two, &|_, v| v[0] + v[1]);
        checks.check(normal, two, &|_, v| v[0] - v[1]);
        checks.check(normal, two, &|_, v| v[0] * v[1]);
        checks.check(positive, two, &|_, v| v[0] / v[1]);
        checks.check(positive, two, &|_, v| v[0] / -v[1]);
        checks.check(normal, one, &|_, v| -v[0]);
        checks.check(normal, one, &|_, v| v[0] * -2.5);
        checks.check(normal, one, &|_, v| v[0] / 4.0);
        checks.check(normal, one, &|_, v| v[0] + 0.5);
        checks.check(normal, one, &|_, v| v[0] - 0.5);
        checks.check(normal, one, &|_, v| 1.0 - v[0]);
        checks.check(normal, one, &|_, v| v[0].exp());
        checks.check(normal, one, &|_, v| v[0].exp_m1());
        checks.check(positive, one, &|_, v| v[0].ln());
        checks.check(normal, one, &|_, v| v[0].sin());
        checks.check(normal, one, &|_, v| v[0].cos());
        checks.check(positive, one, &|_, v| v[0].sqrt());
        checks.check(normal, one, &|_, v| v[0].square());
        checks.check(off_corners, one, &|_, v| v[0].abs());
        checks.check(off_jumps, one, &|_, v| v[0].fract());
        checks.check(normal, one, &|_, v| v[0].tanh());
        checks.check(off_corners, one, &|_, v| v[0].sigmoid());
        checks.check(off_corners, one, &|_, v| v[0].hard_sigmoid());
        checks.check(off_corners, one, &|_, v| v[0].hard_sigmoid_keras_2());
        checks.check(off_corners, one, &|_, v| v[0].softplus());
        checks.check(off_corners, one, &|_, v| v[0].softsign());
        checks.check(off_corners, one, &|_, v| v[0].relu());
        checks.check(off_corners, one, &|_, v| v[0].leaky_relu(0.1));
        checks.check(off_corners, one, &|_, v| v[0].elu(0.7));
        checks.check(distinct, two, &|_, v| v[0].maximum(v[1]));
        checks.check(distinct, two, &|_, v| v[0].minimum(v[1]));
        checks.check(off_corners, one, &|_, v| v[0].clamp(-0.5, 2.5));
        let mask: Vec<bool> = (0..Shape::new(shape).len()).map(|i| i % 3 == 1).collect();
        checks.check(normal, two, &|_, v| v[0].where_mask(&mask, v[1]));
        if let [rows @ .., _] = shape {
            let rows = Shape::new(rows);
            let mask: Vec<f64> = (0..rows.len()).map(|i| f64::from(i % 3 == 1)).collect();
            checks.check(normal, two, &|t, v| t.input(rows, &mask).select_rows(v[0], v[1]));
        }
        checks.check(normal, one, &|_, v| v[0].dropout(0.4, 5));
        checks.check(normal, one, &|_, v| v[0].dropout(0.0, 5));
        for axis in 0..shape.len() {
            checks.check(normal, one, &|_, v| v[0].dropout_along(axis, 0.4, 5));
        }
    }
}

fn matrices(checks: &mut Checks) {
    for m in [1, 2, 3, 5, 17, 33] {
        for k in [1, 2, 3, 5, 17, 33] {
            for n in [1, 2, 3, 5, 17, 33] {
                checks.check(normal, &[&[m, k], &[k, n]], &|_, v| v[0].matmul(v[1]));
                checks.check(normal, &[&[m, k], &[k, n + 3]], &|_, v| v[0].matmul_columns(v[1], 2..2 + n));
                checks.check(normal, &[&[k, m], &[k, n]], &|_, v| v[0].matmul_tn(v[1]));
                checks.check(normal, &[&[m, k], &[n, k]], &|_, v| v[0].matmul_nt(v[1]));
                checks.check(normal, &[&[k, m], &[n, k]], &|_, v| v[0].matmul_tt(v[1]));
                let each = &[k, n][..];
                checks.check(normal, &[&[m, k], each, each, each, each], &|_, v| {
                    v[0].synapses(v[1], v[2], v[3], v[4])
                });
            }
        }
    }
    for shape in [[2, 3], [0, 3], [2, 0], [0, 0]] {
        checks.check(normal, &[&shape, &[shape[1], 4]], &|_, v| v[0].matmul(v[1]));
        checks.check(normal, &[&shape, &[shape[1], 4]], &|_, v| v[0].matmul_columns(v[1], 1..3));
        checks.check(normal, &[&shape, &[shape[1], 4]], &|_, v| v[0].matmul_columns(v[1], 2..2));
        checks.check(normal, &[&shape, &[shape[0], 4]], &|_, v| v[0].matmul_tn(v[1]));
        checks.check(normal, &[&shape, &[4, shape[1]]], &|_, v| v[0].matmul_nt(v[1]));
        checks.check(normal, &[&shape, &[4, shape[0]]], &|_, v| v[0].matmul_tt(v[1]));
        let each = &[shape[1], 4][..];
        checks
            .check(normal, &[&shape, each, each, each, each], &|_, v| v[0].synapses(v[1], v[2], v[3], v[4]));
    }
    checks.check(normal, &[&[2, 3, 4], &[4, 5]], &|_, v| v[0].matmul(v[1]));
    checks.check(normal, &[&[2, 3, 4], &[4, 5]], &|_, v| v[0].matmul_columns(v[1], 1..5));
    for [b, m, n] in
        [[1, 1, 1], [2, 3, 5], [3, 1, 4], [2, 17, 1], [1, 9, 18], [0, 2, 3], [2, 0, 3], [2, 3, 0]]
    {
        let (c, p, q) = (&[b, m * n][..], &[b, m][..], &[b, n][..]);
        if n > 0 {
            checks.check(normal, &[c, q], &|_, v| v[0].matvec(v[1]));
        }
        checks.check(normal, &[c, p, q], &|_, v| v[0].add_outer(v[1], v[2]));
        for factors in [1, n] {
            checks.check(normal, &[c, &[b, factors], p, q], &|_, v| v[0].outer_update(v[1], v[2], v[3]));
        }
    }
    checks.check(normal, &[&[2, 3, 2, 4], &[5, 4]], &|_, v| v[0].matmul_nt(v[1]));
    for shape in SHAPES.iter().filter(|shape| !shape.is_empty()) {
        checks.check(normal, &[shape, &shape[shape.len() - 1..]], &|_, v| v[0].add_bias(v[1]));
    }
}

fn last_axis(checks: &mut Checks) {
    for shape in SHAPES.into_iter().chain([&[3, 0][..]]).filter(|shape| !shape.is_empty()) {
        checks.check(normal, &[shape], &|_, v| v[0].softmax());
        checks.check(normal, &[shape], &|_, v| v[0].log_softmax());
        if shape != [3, 0] {
            checks.check(normal, &[shape], &|_, v| v[0].logsumexp());
        }
        for axes in 1..=shape.len() {
            let row = &shape[shape.len() - axes..];
            checks.check(normal, &[shape], &|_, v| v[0].layer_norm(axes, None, None, 0.1));
            checks.check(normal, &[shape, row], &|_, v| v[0].layer_norm(axes, Some(v[1]), None, 0.1));
            checks.check(normal, &[shape, row], &|_, v| v[0].layer_norm(axes, None, Some(v[1]), 0.1));
            checks.check(normal, &[shape, row, row], &|_, v| {
                v[0].layer_norm(axes, Some(v[1]), Some(v[2]), 0.1)
            });
        }
    }
}

fn scans(checks: &mut Checks) {
    for [b, t, h] in [[1, 1, 1], [2, 3, 1], [1, 2, 5], [3, 1, 2], [2, 4, 3], [1, 17, 2], [2, 0, 3], [0, 2, 3]]
    {
        let (all, first) = (&[b, t, h][..], &[b, h][..]);
        for reverse in [false, true] {
            for a in [all, &[h]] {
                checks.check(normal, &[a, all, first], &|_, v| v[0].scan(v[1], v[2], reverse));
                checks.check(normal, &[a, a, all, all, first, first], &|tape, v| {
                    let [re, im] = Var::scan_complex([v[0], v[1]], [v[2], v[3]], [v[4], v[5]], reverse);
                    tape.stack(0, &[re, im])
                });
            }
        }
    }
}

fn shaping(checks: &mut Checks) {
    for shape in SHAPES.into_iter().filter(|shape| !shape.is_empty()) {
        checks.check(normal, &[shape], &|_, v| v[0].reshape([1, v[0].shape().len()]));
        for (axis, &size) in shape.iter().enumerate() {
            for other in 0..shape.len() {
                checks.check(normal, &[shape], &|_, v| v[0].transpose(axis, other));
            }
            checks.check(normal, &[shape], &|_, v| v[0].reverse(axis));
            for index in 0..size {
                checks.check(normal, &[shape], &|_, v| v[0].select(axis, index));
                checks.check(normal, &[shape], &|_, v| v[0].slice(axis, index, size - index));
                checks.check(normal, &[shape], &|_, v| v[0].slice(axis, 0, index));
            }
            let longer: Vec<usize> =
                shape.iter().enumerate().map(|(i, &n)| n + if i == axis { 2 } else { 0 }).collect();
            checks.check(normal, &[shape], &|t, v| t.concat(axis, v));
            checks.check(normal, &[shape, shape, shape], &|t, v| t.concat(axis, v));
            checks.check(normal, &[shape, &longer], &|t, v| t.concat(axis, v));
            checks.check(normal, &[&longer, shape, &longer], &|t, v| t.concat(axis, v));
        }
    }
    checks.check(normal, &[&[]], &|_, v| v[0].reshape([1, 1, 1]));
    for shape in SHAPES.into_iter().filter(|shape| shape.len() < 4) {
        for axis in 0..=shape.len() {
            checks.check(normal, &[shape], &|t, v| t.stack(axis, v));
            checks.check(normal, &[shape, shape, shape], &|t, v| t.stack(axis, v));
        }
    }
    let expansions: [(&[usize], &[usize]); 12] = [
        (&[], &[]),
        (&[], &[3]),
        (&[], &[2, 3, 1, 2]),
        (&[1], &[5]),
        (&[3], &[2, 3]),
        (&[3, 1], &[3, 4]),
        (&[1, 4], &[3, 4]),
        (&[3, 1], &[2, 3, 4]),
        (&[2, 1, 3], &[2, 5, 3]),
        (&[1, 3, 1], &[2, 2, 3, 4]),
        (&[1, 3], &[0, 3]),
        (&[0], &[2, 0]),
    ];
    for (from, to) in expansions {
        checks.check(normal, &[from], &|_, v| v[0].expand(Shape::new(to)));
    }
    for image in
        [[1, 1, 1, 1], [2, 3, 2, 2], [1, 5, 4, 3], [2, 1, 7, 1], [0, 2, 2, 1], [2, 0, 3, 1], [2, 3, 0, 1]]
    {
        for kernel in [[1, 1], [3, 3], [1, 3], [2, 3], [5, 4]] {
            checks.check(normal, &[&image], &|_, v| v[0].patches(kernel));
        }
    }
    let ids = [2, 0, 2, 4, 2, 1];
    checks.check(normal, &[&[5, 3]], &|_, v| v[0].gather([6], &ids));
    checks.check(normal, &[&[5, 3]], &|_, v| v[0].gather([2, 3], &ids));
    checks.check(normal, &[&[5, 1]], &|_, v| v[0].gather([2, 1, 3], &ids));
    checks.check(normal, &[&[5, 3]], &|_, v| v[0].gather([], &[4]));
    checks.check(normal, &[&[5, 3]], &|_, v| v[0].gather([0], &[]));
    checks.check(normal, &[&[5, 0]], &|_, v| v[0].gather([6], &ids));
}

fn sums(checks: &mut Checks) {
    for shape in SHAPES {
        checks.check(normal, &[shape], &|_, v| v[0].sum());
        checks.check(normal, &[shape], &|_, v| v[0].norm());
        if !shape.contains(&0) {
            checks.check(normal, &[shape], &|_, v| v[0].mean());
        }
        for (axis, &size) in shape.iter().enumerate() {
            checks.check(normal, &[shape], &|_, v| v[0].sum_axis(axis));
            if size > 0 {
                checks.check(normal, &[shape], &|_, v| v[0].mean_axis(axis));
                checks.check(distinct, &[shape], &|_, v| v[0].max_axis(axis));
            }
        }
    }
}

/// Large enough that several threads share the product; backwards it is one with `Bᵀ` and one with `Aᵀ`.
#[test]
fn a_threaded_product_agrees_with_differences() {
    Checks::default().check(normal, &[&[139, 131], &[131, 127]], &|_, v| v[0].matmul(v[1]));
}
