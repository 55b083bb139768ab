//! Forward mode through every op, and second derivatives: reverse mode's third opinion.

use std::collections::BTreeSet;

use tapeloop::check::{Loss, check_forward, check_second_order};
use tapeloop::nn::{BasicLstm, Call, Cell, Gru, Lstm, Recurrent, Reset, SimpleRnn, Spec};
use tapeloop::ops::{self, BceLimit, Reduction};
use tapeloop::{Init, Memory, Param, Params, Real, Tape, Var};

/// Weights of all formulas: `x` `[3, 4]` from 0.2 to 0.9, and `y` `[3, 4]` from −1.4 to −0.3, all different.
#[derive(Clone, Copy)]
struct Weights {
    x: Param,
    y: Param,
}

/// Formulas of `x` and `y`; of each, the sum times a wave is the loss.
macro_rules! formulas {
    ($($name:ident: |$tape:pat_param, $x:ident, $y:pat_param| $formula:expr;)*) => {$(
        struct $name(Weights);

        impl Loss for $name {
            fn on<'t, R: Real>(&self, tape: &'t Tape<'t, R>) -> Var<'t, R> {
                let ($tape, $x, $y) = (tape, tape.param(self.0.x), tape.param(self.0.y));
                weighted($formula)
            }
        }
    )*

        fn every_formula(weights: Weights, params: &Params<f64>, checks: &mut Checks) {
            $(checks.check(stringify!($name), &$name(weights), params);)*
        }
    };
}

/// A sum in which every number counts differently.
fn weighted<R: Real>(y: Var<'_, R>) -> Var<'_, R> {
    let wave: Vec<R> = (0..y.shape().len()).map(|n| R::from_f64((1.3 * n as f64 + 0.4).sin())).collect();
    (y * y.tape().input(y.shape(), &wave)).sum()
}

/// The same numbers as data.
fn data<'t, R: Real, const N: usize>(tape: &'t Tape<'t, R>, shape: [usize; N]) -> Var<'t, R> {
    let count = shape.iter().product();
    let numbers: Vec<R> = (0..count).map(|n| R::from_f64((0.9 * n as f64).sin() / 3.0 + 0.5)).collect();
    tape.input(shape, &numbers)
}

formulas! {
    Arithmetic: |_, x, y| x * y + x / y - (-x) * 0.3 + (1.0 - y) * (x - y);
    Exponentials: |_, x, y| x.exp() * y.exp_m1() + x.ln() + x.sqrt() * y.square();
    Waves: |_, x, y| x.sin() * y.cos() + (x + 3.0).fract() * y;
    Squashing: |_, x, y| x.tanh() * y.sigmoid() + y.softplus() * x.softsign();
    Corners: |_, x, y| (y + 0.8).relu() + y.abs() * x + (x - 0.5).leaky_relu(0.1) + y.elu(0.7);
    HardSigmoids: |_, x, y| x.hard_sigmoid() * y + (y * 3.0).hard_sigmoid_keras_2() * x;
    Choices: |_, x, y| x.maximum(-y) * x + x.minimum(-y) * y + (x * y).clamp(-0.4, -0.2);
    Masks: |tape, x, y| x.where_mask(&[true, false, false].repeat(4), y) * x
        + tape.input([3], &[R::ONE, R::ZERO, R::ONE]).select_rows(x, y) * y;
    Dropouts: |_, x, y| (x * y).dropout(0.4, 5) + x.dropout_along(1, 0.5, 6) * y;
    Products: |_, x, y| x.matmul(y.transpose(0, 1)) * x.matmul_nt(y) + x.matmul_columns(y.transpose(0, 1), 1..3).matmul(y.slice(0, 0, 2).slice(1, 0, 3));
    TransposedProducts: |_, x, y| x.matmul_tn(y) * y.matmul_tn(x)
        + x.transpose(0, 1).slice(0, 0, 3).matmul_tt(y.transpose(0, 1).slice(1, 0, 3)).matmul_tn(x);
    Bias: |_, x, y| (x * y).add_bias(y.select(0, 1) * x.select(0, 2));
    Memories: |_, x, y| x.outer_update(y.slice(1, 0, 2), y.slice(1, 1, 2) * x.slice(1, 0, 2), x.slice(1, 2, 2)).matvec(y.slice(1, 0, 2))
        + x.outer_update(y.slice(1, 3, 1), x.slice(1, 0, 2), y.slice(1, 0, 2)).add_outer(x.slice(1, 1, 2), y.slice(1, 2, 2)).slice(1, 1, 2);
    Synapses: |_, x, y| x.slice(1, 0, 3).synapses(x, y, x * y, y);
    Softmaxes: |_, x, y| (x * y).softmax() * x + (x - y).log_softmax() + (x * 2.0).logsumexp().reshape([3, 1]).expand([3, 4]);
    Norms: |_, x, y| x.layer_norm(1, Some(y.select(0, 0)), Some(y.select(0, 1) * 2.0), 1e-3) + y.layer_norm(2, None, None, 1e-2) * (x * y).norm().expand([3, 4]);
    Shapes: |tape, x, y| tape.concat(1, &[x.reverse(1), y * x.reshape([3, 4])]).slice(1, 2, 4)
        * tape.stack(1, &[x, y]).select(1, 1) + x.reshape([12, 1]).gather([12], &[0, 5, 5, 11, 2, 7, 1, 1, 3, 4, 10, 9]).reshape([3, 4]) * y;
    Patches: |_, x, y| (x * y).reshape([1, 3, 4, 1]).patches([3, 3]);
    Sums: |_, x, y| (x * y).sum_axis(0) * y.mean_axis(0) + (x * x.mean().expand([3, 4])).max_axis(0) + (y.sum() * x.sum()).expand([4]);
    Errors: |tape, x, y| x.mse(y) + x.mae(y) * x.mean() + (x * 3.0).huber(y, 1.5) * 2.0 + (x * y).mse_with(data(tape, [3, 4]), Reduction::Sum);
    Classes: |_, x, y| (x * y * 3.0).cross_entropy(&[1, 3, 0]) + x.cross_entropy_with(&[0, 2, 1], Some(2), Reduction::None).sum() * y.mean();
    Binary: |tape, x, y| (x * y).bce_logits(data(tape, [3, 4])) + (x * 0.9).bce_with(data(tape, [3, 4]), BceLimit::Logarithm, Reduction::Sum) * y.mean();
    Scans: |_, x, y| x.reshape([1, 3, 4]).scan(y.reshape([1, 3, 4]), x.slice(0, 1, 1), false) * x.reshape([1, 3, 4]).scan(y.reshape([1, 3, 4]), y.slice(0, 0, 1), true);
    ComplexScans: |_, x, y| {
        let [a, b] = [x, y].map(|part| part.reshape([1, 3, 4]));
        let [re, im] = Var::scan_complex([a, b], [b, a * b], [x.slice(0, 0, 1), y.slice(0, 1, 1)], false);
        re * im
    };
}

/// A layer over whole sequences, with a mask, from given states.
struct Layer<C: Cell> {
    layer: Recurrent<C>,
    x: Param,
}

impl<C: Cell> Loss for Layer<C> {
    fn on<'t, R: Real>(&self, tape: &'t Tape<'t, R>) -> Var<'t, R> {
        let mask = Some(tape.lengths(&[5, 2], 5));
        weighted(self.layer.run(tape.param(self.x), Call { mask, ..Call::default() }).output)
    }
}

#[derive(Default)]
struct Checks {
    ops: BTreeSet<&'static str>,
    derivatives: usize,
}

impl Checks {
    fn check(&mut self, name: &str, loss: &impl Loss, params: &Params<f64>) {
        let first = check_forward(loss, params).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        let second = check_second_order(loss, params, 3, 1).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        self.derivatives += first.compared + second.compared;
        let tape = Tape::new(params, Memory::new());
        let _ = loss.on(&tape);
        self.ops.extend(tape.graph().nodes.iter().map(|node| node.op));
    }

    fn layer<S: Spec>(&mut self, name: &str, layer: Recurrent<S>) {
        let mut params = Params::new(1);
        let x = params.add("x", [2, 5, 3], Init::Uniform { low: -1.0, high: 1.0 });
        let layer = layer.return_sequences(true).build(&mut params, "rnn", 3);
        self.check(name, &Layer { layer, x }, &params);
    }
}

#[test]
fn every_op_is_differentiated_in_three_ways() {
    let mut params = Params::<f64>::new(3);
    let x = params.add("x", [3, 4], Init::Uniform { low: 0.2, high: 0.9 });
    let y = params.add("y", [3, 4], Init::Uniform { low: -1.4, high: -0.3 });
    let mut checks = Checks::default();
    every_formula(Weights { x, y }, &params, &mut checks);
    checks.layer("simple_rnn", SimpleRnn::new(4));
    checks.layer("lstm", Lstm::pytorch(4));
    checks.layer("basic_lstm", BasicLstm::new(4));
    checks.layer("gru", Gru::new(4));
    checks.layer("gru, reset before", Gru::new(4).reset(Reset::Before));
    // Names begin with that of their file (`matmul_tn`); a recurrence has that of its layer.
    let has = |name: &str| checks.ops.iter().any(|op| op.starts_with(name));
    let names = ops::NAMES.iter().filter(|&&name| name != "recurrence").chain(&["simple_rnn", "lstm", "gru"]);
    let missing: Vec<_> = names.filter(|name| !has(name)).collect();
    assert!(missing.is_empty(), "without forward mode: {missing:?}");
    println!("{} derivatives", checks.derivatives);
}
