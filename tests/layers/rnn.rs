//! `SimpleRnn`: gradients over all shapes and options, and what a layer returns.

use tapeloop::check::gradcheck_params;
use tapeloop::nn::{Activation, Dense, SimpleRnn, Way, unroll};
use tapeloop::{Array, Init, Memory, Params, Shape, Tape};

/// Numbers without a pattern, between −1 and 1.
fn numbers(n: usize, seed: f64) -> Vec<f64> {
    (0..n).map(|i| (1.7 * i as f64 + seed).sin() * (0.9 * i as f64 * i as f64 + seed).cos()).collect()
}

const SHAPES: [[usize; 4]; 6] = // B, T, I, H
    [[1, 1, 1, 1], [1, 5, 1, 3], [3, 1, 2, 5], [2, 7, 3, 1], [3, 4, 5, 7], [2, 10, 1, 20]];

#[test]
fn every_weight_state_and_input_has_the_right_gradient() {
    for [b, t, i, h] in SHAPES {
        for sequences in [false, true] {
            for bias in [false, true] {
                for activation in [Activation::Tanh, Activation::Linear] {
                    let mut params = Params::new(3);
                    // A spectral radius below 1, or a linear net's loss is a polynomial too steep to measure.
                    let small = Init::Normal { mean: 0.0, std: 0.8 / (h as f64).sqrt() };
                    let rnn = SimpleRnn::new(h).activation(activation).bias(bias).init(small, small);
                    let rnn = rnn.return_sequences(sequences).build(&mut params, "rnn", i);
                    let read_out = Dense::new(2).build(&mut params, "read_out", h);
                    // As parameters, so that their gradients are checked too.
                    let [x, h_0] = [("x", vec![b, t, i]), ("h_0", vec![b, h])]
                        .map(|(name, shape)| params.add(name, Shape::new(&shape), small));
                    let target = numbers(if sequences { b * t * 2 } else { b * 2 }, 0.3);
                    let report = gradcheck_params(
                        |tape| {
                            let (output, last) = rnn.forward_from(tape.param(x), tape.param(h_0));
                            let prediction = read_out.forward(output);
                            let target = tape.input(prediction.shape(), &target);
                            prediction.mse(target) + (last * last).sum() // the final state counts too
                        },
                        &params,
                    );
                    report.unwrap_or_else(|e| {
                        panic!("{:?} {sequences} {bias} {activation:?}: {e}", [b, t, i, h])
                    });
                }
            }
        }
    }
}

#[test]
fn a_layer_returns_the_loops_values() {
    let [b, t, i, h] = [3, 4, 5, 7];
    let mut params = Params::<f64>::new(1);
    let last = SimpleRnn::new(h).unrolled().build(&mut params, "rnn", i);
    let all = tapeloop::nn::Recurrent { return_sequences: true, ..last };
    let tape = Tape::new(&params, Memory::new());
    let x = tape.input([b, t, i], &numbers(b * t * i, 0.1));
    let h_0 = tape.input([b, h], &numbers(b * h, 0.2));

    let (h_last, state) = last.forward_from(x, h_0);
    let (h_all, state_too) = all.forward_from(x, h_0);
    assert_eq!(h_last.value(), state.value());
    assert_eq!(h_all.shape().sizes(), [b, t, h]);
    assert_eq!(h_all.select(1, t - 1).value(), h_last.value());
    assert_eq!(state.value(), state_too.value());

    // Two halves, the state handed over, are the whole.
    let mut halves = Vec::new();
    let mut state = h_0;
    for half in 0..2 {
        let mut part = tape.sequence(t / 2);
        (0..t / 2).for_each(|step| part.push(x.select(1, half * t / 2 + step)));
        let unrolled = unroll(&last.cell, part.finish().stack(), state, Way::default());
        state = unrolled.state;
        (0..t / 2).for_each(|step| halves.push(unrolled.outputs().at(step).value()));
    }
    for (step, half) in halves.iter().enumerate() {
        assert_eq!(*half, h_all.select(1, step).value());
    }
    // No state given: zeros.
    let zero = tape.zeros([b, h]);
    assert_eq!(last.forward(x).value(), last.forward_from(x, zero).0.value());
}

#[test]
fn the_recurrent_weight_is_on_the_tape_once() {
    let mut params = Params::<f64>::new(1);
    let rnn = SimpleRnn::new(2).unrolled().build(&mut params, "rnn", 1);
    let nodes = |steps: usize| {
        let tape = Tape::new(&params, Memory::new());
        let _ = rnn.forward(tape.input([1, steps, 1], &numbers(steps, 0.0)));
        tape.len()
    };
    // Per step: x_t, x_t·W_ih, h·W_hh, their sum, + b, tanh. Once: x, h_0 and the three weights.
    assert_eq!(nodes(1), 5 + 6);
    assert_eq!(nodes(10), 5 + 60);
}

#[test]
fn gradients_of_every_state_are_readable() {
    // One unit without input: h_t = tanh(w·h_{t−1}), so ∂h_T/∂h_{t−1} = Π_{s ≥ t} w·(1 − h_s²).
    let w = 0.7;
    let mut params = Params::<f64>::new(0);
    let constant = Init::Constant(w);
    let rnn = SimpleRnn::new(1).bias(false).init(constant, constant).build(&mut params, "rnn", 1);
    let tape = Tape::new(&params, Memory::new());
    let h_0 = tape.variable(&Array::new([1, 1], vec![0.9]));
    let unrolled = unroll(&rnn.cell, tape.input([1, 10, 1], &[0.0; 10]), h_0, Way::default());
    tape.backward(unrolled.state.sum(), &mut params.zero_gradients());

    let mut expected = 1.0;
    for t in (0..10).rev() {
        let h_t = unrolled.outputs().at(t);
        approx::assert_relative_eq!(h_t.grad()[0], expected, max_relative = 1e-14);
        expected *= w * (1.0 - h_t.item() * h_t.item());
    }
    approx::assert_relative_eq!(h_0.grad()[0], expected, max_relative = 1e-14);
}
