//! One gradient by hand.

use tapeloop::{Array, Memory, Params, Tape};

/// Two inputs and what the neuron should answer.
const X: [f64; 2] = [0.5, -1.0];
const Y: f64 = 1.0;
/// `w_1`, `w_2` and `b`.
const WEIGHTS: [f64; 3] = [0.8, 0.6, 0.5];

pub fn print() {
    let [w_1, w_2, b] = WEIGHTS;
    let a = w_1 * X[0] + w_2 * X[1] + b;
    let p = a.tanh();
    say!("forward");
    say!("  a = w_1·x_1 + w_2·x_2 + b    {a:>8.4}");
    say!("  p = tanh a                   {p:>8.4}");
    say!("  L = (p − y)²                 {:>8.4}", (p - Y) * (p - Y));

    let by_p = 2.0 * (p - Y);
    let by_a = by_p * (1.0 - p * p);
    let by_hand = [by_a * X[0], by_a * X[1], by_a];
    say!("backward");
    say!("  ∂L/∂p   = 2·(p − y)          {by_p:>8.4}");
    say!("  ∂L/∂a   = ∂L/∂p·(1 − p²)     {by_a:>8.4}");
    say!("  ∂L/∂w_1 = ∂L/∂a·x_1          {:>8.4}", by_hand[0]);
    say!("  ∂L/∂w_2 = ∂L/∂a·x_2          {:>8.4}", by_hand[1]);
    say!("  ∂L/∂b   = ∂L/∂a              {:>8.4}", by_hand[2]);

    let (loss, by_tape) = neuron(WEIGHTS);
    let apart = by_hand.iter().zip(by_tape).map(|(hand, tape)| (hand - tape).abs()).fold(0.0, f64::max);
    say!("by the tape");
    say!("  {by_tape:.4?}, the same to 1e-15: {}", apart < 1e-15);

    say!("\ndifference quotient in w_1");
    say!("  {:>8} {:>16} {:>9}", "ε", "(L₊ − L₋)/2ε", "error");
    for eps in [1e-1, 1e-2, 1e-3, 1e-5, 1e-8, 1e-11] {
        let [more, less] = [eps, -eps].map(|eps| neuron([w_1 + eps, w_2, b]).0);
        let quotient = (more - less) / (2.0 * eps);
        say!("  {eps:>8.0e} {quotient:>16.8} {:>9.0e}", (quotient - by_tape[0]).abs());
    }

    let squared: f64 = by_tape.iter().map(|g| g * g).sum();
    say!("\na step against the gradient, w − η·∂L/∂w");
    say!("  {:>8} {:>14} {:>14}", "η", "L falls by", "η·‖∂L/∂w‖²");
    for eta in [0.001, 0.01, 0.1, 1.0] {
        let moved = std::array::from_fn(|i| WEIGHTS[i] - eta * by_tape[i]);
        say!("  {eta:>8} {:>14.5} {:>14.5}", loss - neuron(moved).0, eta * squared);
    }

    // ∂L/∂h_2 [1, 100], ∂h_2/∂h_1 [100, 100], ∂h_1/∂w [100, 1000].
    let [w, h, h_2] = [1000, 100, 100];
    say!("\nmultiplications for a product of Jacobians, [1, {h_2}]·[{h_2}, {h}]·[{h}, {w}]");
    say!("  from the loss     {:>12}", h_2 * h + h * w);
    say!("  from the weights  {:>12}", h_2 * h * w + h_2 * w);
}

/// The loss and its gradient.
fn neuron(weights: [f64; 3]) -> (f64, [f64; 3]) {
    let none = Params::new(0);
    let tape = Tape::new(&none, Memory::new());
    let [w_1, w_2, b] = weights.map(|w| tape.variable(&Array::new([1], vec![w])));
    let a = w_1 * X[0] + w_2 * X[1] + b;
    let loss = (a.tanh() - Y).square();
    tape.backward(loss, &mut none.zero_gradients());
    (loss.item(), [w_1, w_2, b].map(|w| w.grad()[0]))
}
