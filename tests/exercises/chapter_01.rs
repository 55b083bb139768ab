//! Solutions of the exercises of chapter 1, One gradient by hand.

use tapeloop::nn::Activation;
use tapeloop::{Array, Memory, Params, Tape};

/// The loss of a neuron and its gradient by the three weights, by the tape.
fn neuron(weights: [f64; 3], y: f64, activation: Activation) -> (f64, [f64; 3]) {
    let none = Params::new(0);
    let tape = Tape::new(&none, Memory::new());
    let [w_1, w_2, b] = weights.map(|w| tape.variable(&Array::new([1], vec![w])));
    let loss = (activation.apply(w_1 * 0.5 + w_2 * -1.0 + b) - y).square();
    tape.backward(loss, &mut none.zero_gradients());
    (loss.item(), [w_1, w_2, b].map(|w| w.grad()[0]))
}

/// Only (1.5) changes: the slope of the sigmoid is p·(1 − p), a function of its value like tanh's.
#[test]
fn exercise_1_the_slope_of_the_sigmoid() {
    let p = 1.0 / (1.0 + (-0.3_f64).exp());
    let by_p = 2.0 * (p - 1.0);
    let by_a = by_p * p * (1.0 - p);
    let (_, grad) = neuron([0.8, 0.6, 0.5], 1.0, Activation::Sigmoid);
    for (tape, by_hand) in grad.into_iter().zip([by_a * 0.5, -by_a, by_a]) {
        assert!((tape - by_hand).abs() < 1e-15, "{tape}, {by_hand}");
    }
    assert!((by_a * 0.5 + 0.1040).abs() < 1e-4, "{}", by_a * 0.5);
}

/// tanh(9.8) is almost 1, its slope 1 − p² almost 0: the error is nearly 2, the loss nearly 4, and a step of gradient descent
/// moves the bias by less than 10⁻⁷. A saturated unit learns nothing, however wrong it is.
#[test]
fn exercise_2_a_saturated_unit_hardly_learns() {
    let (loss, [_, _, by_b]) = neuron([0.8, 0.6, 10.0], -1.0, Activation::Tanh);
    assert!(loss > 3.999);
    assert!(by_b > 0.0 && by_b < 1e-7, "{by_b}");
}

/// w acts through both products, so its gradient is the sum of what each of them gave its own weight.
#[test]
fn exercise_3_a_tied_weight_gets_the_sum() {
    let (_, [by_w_1, by_w_2, _]) = neuron([0.7, 0.7, 0.5], 1.0, Activation::Tanh);
    let none = Params::new(0);
    let tape = Tape::new(&none, Memory::new());
    let w = tape.variable(&Array::new([1], vec![0.7]));
    let loss = ((w * 0.5 + w * -1.0 + 0.5).tanh() - 1.0).square();
    tape.backward(loss, &mut none.zero_gradients());
    assert!((w.grad()[0] - (by_w_1 + by_w_2)).abs() < 1e-15);
}

/// Both sides err the same where ε² = 10⁻¹⁶/ε, at ε ≈ 5·10⁻⁶; one-sided, where the formula errs by some ε, at 10⁻⁸.
#[test]
fn exercise_4_the_best_difference() {
    let weights = [0.8, 0.6, 0.5];
    let loss = |w_1: f64| neuron([w_1, 0.6, 0.5], 1.0, Activation::Tanh).0;
    let (_, [exact, ..]) = neuron(weights, 1.0, Activation::Tanh);
    let central = |eps: f64| ((loss(0.8 + eps) - loss(0.8 - eps)) / (2.0 * eps) - exact).abs();
    let one_sided = |eps: f64| ((loss(0.8 + eps) - loss(0.8)) / eps - exact).abs();

    let best = |error: &dyn Fn(f64) -> f64| {
        let exponents = (1..=13).map(|n: i32| -n);
        exponents.min_by(|&a, &b| error(10_f64.powi(a)).total_cmp(&error(10_f64.powi(b)))).unwrap()
    };
    assert!((-6..=-4).contains(&best(&central)), "10^{}", best(&central));
    assert!((-9..=-7).contains(&best(&one_sided)), "10^{}", best(&one_sided));
    assert!(central(1e-5) < 0.01 * one_sided(1e-8));
}
