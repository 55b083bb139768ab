//! Whole training runs against PyTorch and TF1: 60 steps of an Elman net on the sunspots, each with
//! its loss and the norm of its gradient, and the weights at the end.

use crate::common::case::{Case, assert_close, folder};
use tapeloop::nn::{Cell, Dense, DenseLayer, SimpleRnn, SimpleRnnCell, Way, unroll};
use tapeloop::optim::{Clip, Norm, Optimizer, Sgd};
use tapeloop::{Init, Memory, Param, Params, Real, Tape, Var};

/// Rounding errors grow over 60 steps; a wrong term would show in the first digits.
const TOLERANCE: f64 = 1e-11;

const UNITS: usize = 8;

/// A net, and for each of its weights the values before and after the run.
struct Run<'c, C> {
    case: &'c Case,
    params: Params<f64>,
    cell: C,
    read_out: DenseLayer,
    weights: Vec<(Param, [Vec<f64>; 2])>,
    /// The gradients of the first step, after clipping, as far as they were recorded.
    first_gradients: Vec<(Param, Vec<f64>)>,
}

fn case<'c>(cases: &'c [Case], name: &str) -> &'c Case {
    cases.iter().find(|case| case.name == name).unwrap_or_else(|| panic!("no recording {name}"))
}

/// What was recorded before and after the run, each passed through `convert`.
fn recorded(case: &Case, name: &str, convert: impl Fn(&[f64]) -> Vec<f64>) -> [Vec<f64>; 2] {
    ["param", "expected.final"].map(|kind| convert(case.array(&format!("{kind}.{name}")).data()))
}

impl<C: Cell> Run<'_, C> {
    fn follow(mut self, norms: &str, clip: Clip, mut optimizer: Sgd<f64>) {
        let (x, y) = (self.case.array("input.x"), self.case.array("input.y"));
        let expected = ["expected.loss", norms].map(|name| self.case.array(name));
        for (param, [before, _]) in &self.weights {
            self.params[*param].copy_from_slice(before);
        }
        let mut grads = self.params.zero_gradients();
        let mut memory = Memory::new();
        let mut found = [Vec::new(), Vec::new()];
        for _ in 0..60 {
            let tape = Tape::new(&self.params, memory);
            let x = tape.input(x.shape(), x.data());
            let zeros = self.cell.zero_state(&tape, x.shape().sizes()[0]);
            let outputs = unroll(&self.cell, x, zeros, Way::default()).outputs();
            let prediction = self.read_out.forward(outputs.at(outputs.len() - 1));
            let loss = prediction.mse(tape.input(y.shape(), y.data()));
            grads.zero();
            tape.backward(loss, &mut grads);
            found[0].push(loss.item());
            memory = tape.into_memory();
            found[1].push(clip.apply(&self.params, &mut grads));
            for (param, expected) in self.first_gradients.drain(..) {
                assert_close(
                    &format!("{}: ∂L/∂{param:?}", self.case.name),
                    &grads[param],
                    &expected,
                    TOLERANCE,
                );
            }
            optimizer.step(&mut self.params, &grads);
        }
        for (what, (found, expected)) in ["loss", "norm"].iter().zip(found.iter().zip(&expected)) {
            assert_close(&format!("{}: {what}", self.case.name), found, expected.data(), TOLERANCE);
        }
        for (param, [_, after]) in &self.weights {
            assert_close(&format!("{}: {param:?}", self.case.name), &self.params[*param], after, TOLERANCE);
        }
    }
}

/// PyTorch's cell, with its two biases. Each gets the gradient of their sum, so together they move
/// twice as fast as one would: a training run tells the difference.
struct TwoBiases {
    rnn: SimpleRnnCell,
    b_ih: Param,
    b_hh: Param,
}

impl Cell for TwoBiases {
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        self.rnn.zero_state(tape, batch)
    }

    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        let [w_ih, w_hh, b_ih, b_hh] =
            [self.rnn.w_ih, self.rnn.w_hh, self.b_ih, self.b_hh].map(|p| x_t.tape().param(p));
        (x_t.matmul(w_ih).add_bias(b_ih) + h.matmul(w_hh).add_bias(b_hh)).tanh()
    }
}

#[test]
fn pytorch() {
    let cases = folder("e2e");
    let case = case(&cases, "sunspots_rnn_tanh_sgd");
    let mut params = Params::new(0);
    let rnn = SimpleRnn::new(UNITS).bias(false).build(&mut params, "rnn", 1).cell;
    let [b_ih, b_hh] = ["b_ih", "b_hh"].map(|name| params.add(name, [UNITS], Init::Zeros));
    let read_out = Dense::new(1).build(&mut params, "out", UNITS);
    // [H, H], multiplied from the left: the transpose of ours. The other matrices have one row or column.
    let transpose = |w: &[f64]| (0..w.len()).map(|i| w[i % UNITS * UNITS + i / UNITS]).collect();
    let weights = vec![
        (rnn.w_ih, recorded(case, "rnn.weight_ih_l0", <[f64]>::to_vec)),
        (rnn.w_hh, recorded(case, "rnn.weight_hh_l0", transpose)),
        (b_ih, recorded(case, "rnn.bias_ih_l0", <[f64]>::to_vec)),
        (b_hh, recorded(case, "rnn.bias_hh_l0", <[f64]>::to_vec)),
        (read_out.w, recorded(case, "out.weight", <[f64]>::to_vec)),
        (read_out.b.unwrap(), recorded(case, "out.bias", <[f64]>::to_vec)),
    ];
    let first = |name: &str| case.array(&format!("grad_step0.{name}")).data().to_vec();
    let first_gradients = vec![
        (rnn.w_ih, first("rnn.weight_ih_l0")),
        (rnn.w_hh, transpose(&first("rnn.weight_hh_l0"))),
        (b_ih, first("rnn.bias_ih_l0")),
        (b_hh, first("rnn.bias_hh_l0")),
        (read_out.w, first("out.weight")),
        (read_out.b.unwrap(), first("out.bias")),
    ];
    let cell = TwoBiases { rnn, b_ih, b_hh };
    let run = Run { case, params, cell, read_out, weights, first_gradients };
    run.follow("expected.grad_norm", Clip::PyTorch { max: 1.0, norm: Norm::L2 }, Sgd::pytorch(0.05, 0.9));
}

#[test]
fn tf1() {
    let cases = folder("e2e");
    let case = case(&cases, "tf1_sunspots_basicrnn_sgd_clip");
    let mut params = Params::new(0);
    let cell = SimpleRnn::new(UNITS).build(&mut params, "rnn", 1).cell;
    let read_out = Dense::new(1).build(&mut params, "out", UNITS);
    // One kernel [I+H, H]: its first row is W_ih, the others are W_hh.
    let kernel = "rnn.basic_rnn_cell.kernel";
    let weights = vec![
        (cell.w_ih, recorded(case, kernel, |k| k[..UNITS].to_vec())),
        (cell.w_hh, recorded(case, kernel, |k| k[UNITS..].to_vec())),
        (cell.b.unwrap(), recorded(case, "rnn.basic_rnn_cell.bias", <[f64]>::to_vec)),
        (read_out.w, recorded(case, "out_w", <[f64]>::to_vec)),
        (read_out.b.unwrap(), recorded(case, "out_b", <[f64]>::to_vec)),
    ];
    let run = Run { case, params, cell, read_out, weights, first_gradients: Vec::new() };
    // TF1 rounds the rate to f32.
    run.follow("expected.global_norm", Clip::GlobalNorm(1.0), Sgd::new(f64::from(0.1f32)));
}
