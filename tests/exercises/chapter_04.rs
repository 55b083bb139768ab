//! Solutions of the exercises of chapter 4, Vanishing and exploding.

use tapeloop::bptt::spectral_radius;
use tapeloop::nn::{Activation, Recurrent, SimpleRnn, SimpleRnnCell};
use tapeloop::{Array, Init, Memory, Params, Tape};

/// `‖∂L/∂h_t‖` for t = 1 … T, of `L = h_T·target`, with inputs that are all 1.
fn norms(params: &Params<f64>, layer: &Recurrent<SimpleRnnCell>, steps: usize, target: &[f64]) -> Vec<f64> {
    let tape = Tape::new(params, Memory::new()).traced();
    let h = layer.forward(tape.input([1, steps, 1], &vec![1.0; steps]));
    tape.backward((h * tape.input(h.shape(), target)).sum(), &mut params.zero_gradients());
    tape.trace(0, "h").gradient_norms().into_iter().map(|(_, norm)| norm).collect()
}

/// Q keeps the length of every vector, so each of the 49 steps multiplies by 0.9: 0.9⁴⁹ = 0.0057.
#[test]
fn exercise_1_a_factor_for_each_step() {
    let mut params = Params::new(0);
    let init = Init::Orthogonal { gain: 0.9 };
    let layer = SimpleRnn::new(8).activation(Activation::Linear).init(Init::GlorotUniform, init);
    let layer = layer.build(&mut params, "rnn", 1);
    let norms = norms(&params, &layer, 50, &[1.0; 8]);
    let left = norms[0] / norms[49];
    assert!((left / 0.9_f64.powi(49) - 1.0).abs() < 1e-12, "{left}");
    assert!((left - 0.0057).abs() < 1e-4);
}

/// The first step back multiplies by up to ‖W‖ > 10, and the gradient is still larger than at the end after five steps: the spectral
/// radius says what happens in the end, not what happens first. The matrix stretches (0, 1) along (1, 0) before it shrinks both.
#[test]
fn exercise_2_growth_before_it_vanishes() {
    let mut params = Params::new(0);
    let layer = SimpleRnn::new(2).activation(Activation::Linear).bias(false).build(&mut params, "rnn", 1);
    params[layer.cell.w_hh].copy_from_slice(&[0.5, 10.0, 0.0, 0.4]);
    assert!((spectral_radius(&params[layer.cell.w_hh]) - 0.5).abs() < 1e-5);

    let norms = norms(&params, &layer, 31, &[0.0, 1.0]); // the last one is 1
    let back = |steps: usize| norms[30 - steps];
    assert!((back(1) - 10.0_f64.hypot(0.4)).abs() < 1e-12);
    assert!((1..=5).all(|steps| back(steps) > 1.0) && back(1) > back(2), "{norms:?}");
    assert!(back(30) < 1e-6);
    let rates = (20..30).map(|steps| back(steps + 1) / back(steps));
    assert!(rates.into_iter().all(|rate| (rate - 0.5).abs() < 0.01)); // in the end ρ
}

/// 0.9: h = 0, factor 0.9. Above 1 the unit rests where h = tanh(w·h), and the larger w, the nearer h is to 1. 1.1 gives 0.82, 2 gives
/// 0.17, and 10 gives 8·10⁻⁸: the largest weight makes the gradient vanish fastest.
#[test]
fn exercise_3_large_weights_saturate() {
    let factor = |w: f64| {
        let mut params = Params::new(0);
        let layer = SimpleRnn::new(1).bias(false).init(Init::Zeros, Init::Constant(w));
        let layer = layer.build(&mut params, "rnn", 1);
        let tape = Tape::new(&params, Memory::new()).traced();
        let h_0 = tape.variable(&Array::new([1, 1], vec![0.5]));
        let (h, _) = layer.forward_from(tape.input([1, 1000, 1], &[0.0; 1000]), h_0);
        tape.backward(h.sum(), &mut params.zero_gradients());
        let (h, value) = (tape.trace(0, "h"), h.item());
        let measured = h.at(998).grad()[0] / h.at(999).grad()[0];
        assert!((measured - w * (1.0 - value * value)).abs() < 1e-12);
        measured
    };
    let factors = [0.9, 1.1, 2.0, 10.0].map(factor);
    assert!(factors.is_sorted_by(|a, b| a > b), "{factors:?}");
    for (factor, expected) in factors.into_iter().zip([0.9, 0.82, 0.17, 8e-8]) {
        assert!((factor / expected - 1.0).abs() < 0.05, "{factor}, {expected}");
    }
}

/// Where a ≥ 0, relu' = 1, so every J_t is W_hh: the gradient is kept to the last bit, and with 1.05·1 multiplied by 1.05⁹⁹ = 125.
#[test]
fn exercise_4_relu_and_the_identity() {
    for diagonal in [1.0, 1.05_f64] {
        let mut params = Params::new(0);
        let layer = SimpleRnn::new(4).activation(Activation::Relu);
        let layer = layer.init(Init::Constant(0.1), Init::Zeros).build(&mut params, "rnn", 1);
        (0..4).for_each(|i| params[layer.cell.w_hh][5 * i] = diagonal);
        let norms = norms(&params, &layer, 100, &[1.0, -2.0, 0.5, 3.0]);
        let left = norms[0] / norms[99];
        assert!((left / diagonal.powi(99) - 1.0).abs() < 1e-12, "{diagonal}: {left}");
    }
}
