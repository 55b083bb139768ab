//! Truncation, state, batches.

use tapeloop::bptt::{Task, full, recurrent_jacobians, truncated};
use tapeloop::nn::{Call, Dense, DenseLayer, Recurrent, SimpleRnn, SimpleRnnCell};
use tapeloop::optim::{Optimizer, Sgd};
use tapeloop::{Memory, Params, Tape, Var};

use crate::echo::Echo;
use crate::waves::{Waves, apart, digits, wave};

pub fn print() {
    bias_and_window();
    bias_and_work();
    echo();
    padding();
}

/// The net of the first two tables: 16 units, 128 steps, `W_hh` orthogonal times a factor.
fn net(factor: f64) -> (Waves<SimpleRnnCell>, Params<f64>) {
    let (task, mut params) = Waves::new(SimpleRnn::new(16), [1, 128]);
    params[task.cell.w_hh].iter_mut().for_each(|w| *w *= factor);
    (task, params)
}

/// `‖Σ_n g_n − ∂L/∂w‖/‖∂L/∂w‖`, with weights that stay as they are, and the steps that were computed.
fn bias(task: &Waves<SimpleRnnCell>, params: &Params<f64>, [k1, k2]: [usize; 2]) -> f64 {
    let (mut exact, mut sum) = (params.zero_gradients(), params.zero_gradients());
    full(task, params, &mut exact, &mut Memory::new());
    truncated(task, &mut params.clone(), [k1, k2], &mut Memory::new(), |_loss, _params, g| {
        sum.flat_mut().iter_mut().zip(g.flat()).for_each(|(sum, g)| *sum += g);
    });
    apart(sum.flat(), exact.flat())
}

/// The factor by which a change of the state shrinks in a step, in the mean: `‖∂h_T/∂h_0‖^(1/T)`.
fn rate(task: &Waves<SimpleRnnCell>, params: &Params<f64>) -> f64 {
    let [_, steps] = task.sizes();
    let jacobians = recurrent_jacobians(task, params);
    let n = jacobians[0].len().isqrt();
    let mut product: Vec<f64> = (0..n * n).map(|i| f64::from(i / n == i % n)).collect();
    for jacobian in &jacobians {
        let entry = |i: usize| (0..n).map(|k| jacobian[i / n * n + k] * product[k * n + i % n]).sum();
        product = (0..n * n).map(entry).collect();
    }
    product.iter().map(|x| x * x).sum::<f64>().sqrt().powf(1.0 / steps as f64)
}

fn bias_and_window() {
    say!("bias of the gradient, k1 = 1");
    let nets = [0.5, 0.9, 1.2].map(net);
    say!("{:>12} {:>12} {:>12} {:>12}", "k2", "W_hh × 0.5", "W_hh × 0.9", "W_hh × 1.2");
    for k2 in [1, 2, 4, 8, 16, 32, 64, 128] {
        let [a, b, c] = nets.each_ref().map(|(task, params)| digits(bias(task, params, [1, k2])));
        say!("{k2:>12} {a:>12} {b:>12} {c:>12}");
    }
    let [a, b, c] = nets.each_ref().map(|(task, params)| rate(task, params));
    say!("{:>12} {a:>12.2} {b:>12.2} {c:>12.2}", "rate");
}

fn bias_and_work() {
    say!("\nW_hh × 0.9, k2 = 16");
    say!("{:>12} {:>12} {:>18}", "k1", "bias", "steps computed");
    let (task, params) = net(0.9);
    for k1 in [16, 8, 4, 2, 1] {
        let work: usize = (0..128).step_by(k1).map(|begin| (begin + k1).min(16)).sum();
        say!("{k1:>12} {:>12} {work:>18}", digits(bias(&task, &params, [k1, 16])));
    }
}

/// The loss at the end of training on a stream.
fn echo() {
    const STEPS: usize = 6000;
    say!("\necho of 5 steps ago, k1 = 1: loss after {STEPS} steps");
    for k2 in [1, 2, 4, 5, 6, 12] {
        let (task, mut params) = Echo::new(8, 5, [8, STEPS]);
        let (mut sgd, mut losses) = (Sgd::new(0.05), Vec::new());
        truncated(&task, &mut params, [1, k2], &mut Memory::new(), |loss, params, grads| {
            losses.push(loss);
            sgd.step(params, grads);
        });
        let last = &losses[STEPS - 500..];
        say!("{:>12} {:>12.1}", format!("k2 = {k2}"), last.iter().sum::<f64>() / last.len() as f64);
    }
}

/// A net that reads waves and says the value that comes after the last one.
struct Reader {
    rnn: Recurrent<SimpleRnnCell>,
    read_out: DenseLayer,
}

impl Reader {
    /// The mean squared error over sequences of these lengths, padded at the end to the longest one.
    fn loss<'t>(&self, tape: &'t Tape<'t, f64>, rows: &[(usize, usize)], masked: bool) -> Var<'t, f64> {
        let steps = rows.iter().map(|&(_, length)| length).max().unwrap_or(0);
        let value = |&(b, length): &(usize, usize), t| if t < length { wave(b, t) } else { 0.0 };
        let x: Vec<f64> = rows.iter().flat_map(|row| (0..steps).map(move |t| value(row, t))).collect();
        let y: Vec<f64> = rows.iter().map(|&(b, length)| wave(b, length)).collect();
        let lengths: Vec<usize> = rows.iter().map(|&(_, length)| length).collect();
        let mask = masked.then(|| tape.lengths(&lengths, steps));
        let x = tape.input([rows.len(), steps, 1], &x);
        let out = self.rnn.run(x, Call { mask, ..Call::default() });
        self.read_out.forward(out.output).mse(tape.input([rows.len(), 1], &y))
    }

    fn gradient(&self, params: &Params<f64>, rows: &[(usize, usize)], masked: bool) -> Vec<f64> {
        let (tape, mut grads) = (Tape::new(params, Memory::new()), params.zero_gradients());
        tape.backward(self.loss(&tape, rows, masked), &mut grads);
        grads.flat().to_vec()
    }
}

fn padding() {
    let mut params = Params::new(0);
    let rnn = SimpleRnn::new(16).build(&mut params, "rnn", 1);
    let net = Reader { rnn, read_out: Dense::new(1).build(&mut params, "read_out", 16) };
    let rows = [(0, 12), (1, 7), (2, 9), (3, 4)];
    let alone: Vec<Vec<f64>> = rows.iter().map(|row| net.gradient(&params, &[*row], false)).collect();
    let mean: Vec<f64> = (0..alone[0].len()).map(|i| alone.iter().map(|g| g[i]).sum::<f64>() / 4.0).collect();
    say!("\ngradient of a padded batch, from the mean of its rows'");
    for (name, masked) in [("with mask", true), ("without", false)] {
        say!("{name:>12} {:>12}", digits(apart(&net.gradient(&params, &rows, masked), &mean)));
    }
}
