//! Unrolling an Elman net.

use tapeloop::nn::{Cell, SimpleRnn, SimpleRnnCell, Way, unroll};
use tapeloop::{Memory, Params, Tape, Var};

const T: usize = 10;
const H: usize = 2;
const W_IH: [f64; H] = [0.5, -0.3];
const W_HH: [[f64; H]; H] = [[0.6, -0.4], [0.3, 0.5]];
const B: [f64; H] = [0.1, 0.0];
/// What `h_T` should be.
const Y: [f64; H] = [0.5, -0.5];

pub fn print() {
    let (params, cell) = net();
    let inputs: Vec<f64> = (1..=T).map(|t| (t as f64).sin()).collect();

    say!("two steps on the tape");
    let tape = Tape::new(&params, Memory::new());
    tape.backward(loss(&tape, &cell, &inputs[..2]), &mut params.zero_gradients());
    say!("{}", tape.to_string().trim_end());

    let tape = Tape::new(&params, Memory::new()).traced();
    let total = loss(&tape, &cell, &inputs);
    let mut grads = params.zero_gradients();
    tape.backward(total, &mut grads);
    let (h, a) = (tape.trace(0, "h"), tape.trace(0, "a"));
    let parts = tape.contributions(total, cell.w_hh);

    say!("\nten steps, the last one first: L = {:.4}", total.item());
    say!(
        "{:>2} {:>8}   {:^17}   {:^17}   {:^17}   {:^35}",
        "t",
        "x_t",
        "h_t",
        "∂L/∂h_t",
        "∂L/∂a_t",
        "h_{t−1}ᵀ·∂L/∂a_t"
    );
    let mut sum = [0.0; H * H];
    for t in (0..T).rev() {
        let part = parts.iter().find(|(step, _)| *step == Some([0, t])).map(|(_, part)| &part[..]);
        let part = part.unwrap_or(&[0.0; H * H]);
        sum.iter_mut().zip(part).for_each(|(sum, g)| *sum += g);
        say!(
            "{:>2} {:>8.4}   {}   {}   {}   {}",
            t + 1,
            inputs[t],
            row(&h.at(t).value()),
            row(&h.at(t).grad()),
            row(&a.at(t).grad()),
            row(part)
        );
    }
    say!("{:<72}{}", "their sum", row(&sum));
    say!("{:<72}{}", "∂L/∂W_hh of the tape", row(&grads[cell.w_hh]));

    let by_hand = by_hand(&inputs);
    let apart =
        |x: &[f64]| x.iter().zip(&grads[cell.w_hh]).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) < 1e-15;
    say!("\nthe same to 1e-15: the sum {}, the loops by hand {}", apart(&sum), apart(&by_hand));
    let quotients: Vec<f64> = (0..H * H).map(|i| quotient(&params, &cell, &inputs, i)).collect();
    say!("{:<72}{}", "difference quotients, ε = 1e-5", row(&quotients));

    let norms: Vec<String> = h.gradient_norms().iter().map(|(_, norm)| format!("{norm:.4}")).collect();
    say!("\n‖∂L/∂h_t‖, t = 1 … {T}: {}", norms.join(" "));
}

/// The net with the weights above.
fn net() -> (Params<f64>, SimpleRnnCell) {
    let mut params = Params::new(0);
    let cell = SimpleRnn::new(H).build(&mut params, "rnn", 1).cell;
    params[cell.w_ih].copy_from_slice(&W_IH);
    params[cell.w_hh].copy_from_slice(W_HH.as_flattened());
    params[cell.b.expect("a bias by default")].copy_from_slice(&B);
    (params, cell)
}

/// The mean squared error of the last state.
fn loss<'t>(tape: &'t Tape<'_, f64>, cell: &SimpleRnnCell, inputs: &[f64]) -> Var<'t, f64> {
    let x = tape.input([1, inputs.len(), 1], inputs);
    let states = unroll(cell, x, cell.zero_state(tape, 1), Way::default());
    states.state.mse(tape.input([1, H], &Y))
}

fn quotient(params: &Params<f64>, cell: &SimpleRnnCell, inputs: &[f64], i: usize) -> f64 {
    const EPS: f64 = 1e-5;
    let [more, less] = [EPS, -EPS].map(|eps| {
        let mut params = params.clone();
        params[cell.w_hh][i] += eps;
        loss(&Tape::new(&params, Memory::new()), cell, inputs).item()
    });
    (more - less) / (2.0 * EPS)
}

/// `∂L/∂W_hh`: the equations as loops.
fn by_hand(inputs: &[f64]) -> Vec<f64> {
    let mut h = vec![[0.0; H]]; // h_0, h_1, …
    for (t, x) in inputs.iter().enumerate() {
        let recurrent = |j: usize| (0..H).map(|i| h[t][i] * W_HH[i][j]).sum::<f64>();
        h.push(std::array::from_fn(|j| (x * W_IH[j] + recurrent(j) + B[j]).tanh()));
    }
    let mut dw_hh = vec![0.0; H * H];
    let mut dh: [f64; H] = std::array::from_fn(|j| 2.0 / H as f64 * (h[T][j] - Y[j]));
    for t in (1..=T).rev() {
        let da: [f64; H] = std::array::from_fn(|j| dh[j] * (1.0 - h[t][j] * h[t][j]));
        for (n, dw) in dw_hh.iter_mut().enumerate() {
            *dw += h[t - 1][n / H] * da[n % H];
        }
        dh = std::array::from_fn(|i| (0..H).map(|j| da[j] * W_HH[i][j]).sum());
    }
    dw_hh
}

fn row(numbers: &[f64]) -> String {
    numbers.iter().map(|x| format!("{x:>8.5}")).collect::<Vec<_>>().join(" ")
}
