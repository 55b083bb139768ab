//! What layers do to shapes, and to single steps.

use crate::common::panics::panics;
use tapeloop::check::gradcheck_params;
use tapeloop::nn::{Activation, Dense, LayerNorm, SimpleRnn, time_distributed};
use tapeloop::{Init, Memory, Params, Shape, Tape};

/// Numbers without a pattern, between −1 and 1.
fn numbers(n: usize) -> Vec<f64> {
    (0..n).map(|i| (1.7 * i as f64).sin() * (0.9 * i as f64 * i as f64).cos()).collect()
}

#[test]
fn a_normalised_row_has_mean_0_and_variance_1() {
    let mut params = Params::<f64>::new(0);
    let norm = LayerNorm::new().epsilon(0.0).build(&mut params, "norm", [7]);
    let tape = Tape::new(&params, Memory::new());
    // Far from 0: the mean is taken off before anything is squared.
    let x = tape.input([2, 3, 7], &numbers(42)) * 1e-3 + 1e3;
    for row in norm.forward(x).value().chunks(7) {
        let mean = row.iter().sum::<f64>() / 7.0;
        let variance = row.iter().map(|y| y * y).sum::<f64>() / 7.0;
        assert!(mean.abs() < 1e-9 && (variance - 1.0).abs() < 1e-9, "{mean:e}, {variance}");
    }
}

#[test]
fn layer_norm_has_the_weights_asked_for() {
    for (scale, center, names) in [
        (true, true, &["n.gamma", "n.beta"][..]),
        (true, false, &["n.gamma"]),
        (false, true, &["n.beta"]),
        (false, false, &[]),
    ] {
        for row in [&[5][..], &[3, 5], &[1]] {
            let mut params = Params::new(1);
            let last = Shape::new(row);
            let norm = LayerNorm::new().scale(scale).center(center).build(&mut params, "n", last);
            assert_eq!(params.iter().map(|entry| entry.name).collect::<Vec<_>>(), names);
            assert!(params.iter().all(|entry| entry.param.shape() == last));
            let shape = Shape::new(&[&[2], row].concat());
            let x = params.add("x", shape, Init::Normal { mean: 0.5, std: 1.0 });
            let report =
                gradcheck_params(|tape| norm.forward(tape.param(x)).square().square().sum(), &params);
            report.unwrap_or_else(|e| panic!("{scale} {center} {row:?}: {e}"));
        }
    }
}

#[test]
fn each_step_by_itself() {
    let mut params = Params::<f64>::new(0);
    let dense = Dense::new(5).activation(Activation::Softsign).build(&mut params, "dense", 4);
    let rnn = SimpleRnn::new(6).build(&mut params, "rnn", 2);
    let tape = Tape::new(&params, Memory::new());

    let x = tape.input([3, 2, 4], &numbers(24));
    let y = time_distributed(x, |rows| dense.forward(rows));
    assert_eq!(y.shape().sizes(), [3, 2, 5]);
    assert_eq!(y.value(), dense.forward(x).value());

    // A sequence of sequences: the layer makes one vector of each.
    let x = tape.input([3, 4, 5, 2], &numbers(120));
    let y = time_distributed(x, |sequence| rnn.forward(sequence));
    assert_eq!(y.shape().sizes(), [3, 4, 6]);
    for t in 0..4 {
        assert_eq!(y.select(1, t).value(), rnn.forward(x.select(1, t)).value(), "step {t}");
    }
    // A layer may leave nothing but the batch.
    let sums = time_distributed(x, |sequence| sequence.sum_axis(2).sum_axis(1));
    assert_eq!(sums.shape().sizes(), [3, 4]);
}

#[test]
fn shapes_that_do_not_fit() {
    let mut params = Params::<f64>::new(0);
    panics("layer_norm: ", &["[]"], || LayerNorm::new().build(&mut Params::<f64>::new(0), "norm", []));
    let norm = LayerNorm::new().build(&mut params, "norm", [4, 5]);
    let tape = Tape::new(&params, Memory::new());
    panics("layer_norm: ", &["[3, 5]", "[4, 5]"], || norm.forward(tape.zeros([3, 5])));
    panics("layer_norm: ", &["[5]", "[4, 5]"], || norm.forward(tape.zeros([5])));
    panics("time_distributed: ", &["[3]"], || time_distributed(tape.zeros([3]), |x| x));
    let x = tape.zeros([2, 3, 4]);
    panics("time_distributed: ", &["[6, ..]", "[4]"], || time_distributed(x, |x| x.sum_axis(0)));
    panics("time_distributed: ", &["[6, ..]", "[]"], || time_distributed(x, |x| x.sum()));
}
