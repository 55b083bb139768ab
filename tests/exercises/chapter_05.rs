//! Solutions of the exercises of chapter 5, LSTM and GRU.

use tapeloop::nn::{Gru, Lstm, LstmCell, LstmState, Recurrent};
use tapeloop::{Array, Init, Memory, Params, Tape, Trace};

const H: usize = 4;

fn inputs(steps: usize) -> Vec<f64> {
    (1..=steps).map(|n| (1.7 * n as f64).sin()).collect()
}

/// An LSTM with the sum of its last output as the loss, and what `look` sees on the tape.
fn traced<T>(lstm: Lstm, steps: usize, b: Option<f64>, look: impl FnOnce(&Tape<'_, f64>) -> T) -> T {
    let mut params = Params::new(2);
    let layer: Recurrent<LstmCell> = lstm.build(&mut params, "lstm", 1);
    if let Some(b) = b {
        params[layer.cell.b.unwrap()][H..2 * H].fill(b);
    }
    let tape = Tape::new(&params, Memory::new()).traced();
    let h = layer.forward(tape.input([1, steps, 1], &inputs(steps)));
    tape.backward(h.sum(), &mut params.zero_gradients());
    look(&tape)
}

fn last_to_first(trace: &Trace<'_, f64>, steps: usize) -> f64 {
    trace.at(0).grad_norm() / trace.at(steps - 1).grad_norm()
}

/// All other paths lead from c through h and W_hh. Without them only the direct one is left, and it is exact.
#[test]
fn exercise_1_the_direct_path_alone() {
    let lstm = || Lstm::new(H).init(Init::GlorotUniform, Init::Zeros);
    traced(lstm(), 30, None, |tape| {
        let (c, f) = (tape.trace(0, "c"), tape.trace(0, "f"));
        let mut direct = c.at(29).grad();
        (1..30).for_each(|t| direct.iter_mut().zip(f.at(t).value()).for_each(|(d, f)| *d *= f));
        for (direct, all) in direct.into_iter().zip(c.at(0).grad()) {
            assert!((direct / all - 1.0).abs() < 1e-13, "{direct}, {all}");
        }
    });
}

/// σ(b)⁹⁹ = ½, so σ(b) = 2^(−1/99) = 0.99302 and b = ln(σ/(1 − σ)) = 4.96: a little more than ln T = 4.61.
#[test]
fn exercise_2_half_of_the_gradient() {
    let steps = 100;
    let kept = 0.5_f64.powf(1.0 / (steps - 1) as f64);
    let b = (kept / (1.0 - kept)).ln();
    assert!((b - 4.96).abs() < 0.01, "{b}");
    let lstm = Lstm::new(H).init(Init::Zeros, Init::Zeros);
    let left = traced(lstm, steps, Some(b), |tape| last_to_first(&tape.trace(0, "c"), steps));
    assert!((left - 0.5).abs() < 1e-12, "{left}");
}

/// ∂L/∂a_f has the factor c_{t−1}: with nothing in memory there is nothing to forget, and the first step says nothing about the forget
/// gate's weights. The other gates have gradients.
#[test]
fn exercise_3_nothing_to_forget() {
    traced(Lstm::new(H), 5, None, |tape| {
        let grad = |name: &str, t: usize| tape.trace(0, name).at(t).grad();
        assert!(grad("a_f", 0).iter().all(|&g| g == 0.0));
        for name in ["a_i", "a_g", "a_o"] {
            assert!(grad(name, 0).iter().any(|&g| g != 0.0), "{name}");
        }
        assert!(grad("a_f", 1).iter().all(|&g| g != 0.0));
    });
}

/// n doesn't depend on h_{t−1}, so each step multiplies by z = σ(b): σ(3)⁴⁹ = 0.092.
#[test]
fn exercise_4_a_gru_that_only_keeps() {
    let (b, steps) = (3.0, 50);
    let mut params = Params::<f64>::new(0);
    let layer = Gru::new(H).init(Init::Zeros, Init::Zeros).gate_bias(b).build(&mut params, "gru", 1);
    let tape = Tape::new(&params, Memory::new()).traced();
    let h = layer.forward(tape.input([1, steps, 1], &inputs(steps)));
    tape.backward(h.sum(), &mut params.zero_gradients());
    let left = last_to_first(&tape.trace(0, "h"), steps);
    let z = 1.0 / (1.0 + (-b).exp());
    assert!((left / z.powi(steps as i32 - 1) - 1.0).abs() < 1e-12);
    assert!((left - 0.092).abs() < 1e-3, "{left}");
}

/// c_t = (1 − i)⊙c_{t−1} + i⊙g: i acts on both terms, so (5.6) becomes ∂L/∂a_i = ∂L/∂c_t⊙(g − c_{t−1})⊙i(1 − i). (5.7) is gone, and (5.10)
/// has 1 − i for f.
#[test]
fn exercise_5_coupled_gates() {
    let mut params = Params::<f64>::new(2);
    let layer = Lstm::new(H).coupled_gates(true).build(&mut params, "lstm", 1);
    let tape = Tape::new(&params, Memory::new()).traced();
    let variable =
        |from: f64| tape.variable(&Array::new([1, H], (0..H).map(|n| (from + n as f64).sin()).collect()));
    let (h, c_before) = (variable(0.3), variable(2.0));
    let (h, _) = layer.forward_from(tape.input([1, 1, 1], &[0.7]), LstmState { h, c: c_before });
    tape.backward(h.sum(), &mut params.zero_gradients());

    let [a_i, i, g, c] = ["a_i", "i", "g", "c"].map(|name| tape.trace(0, name).at(0));
    let (by_a, by_c) = (a_i.grad(), c.grad());
    let (i, g) = (i.value(), g.value());
    for n in 0..H {
        let before = c_before.value()[n];
        let by_hand = by_c[n] * (g[n] - before) * i[n] * (1.0 - i[n]);
        assert!((by_a[n] - by_hand).abs() < 1e-14);
        assert!((c_before.grad()[n] - by_c[n] * (1.0 - i[n])).abs() < 1e-14); // no weight reads c itself
    }
}
