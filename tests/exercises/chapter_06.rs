//! Solutions of the exercises of chapter 6, Truncation, state, batches.

use crate::waves::{Waves, apart};
use tapeloop::bptt::{Task, full, truncated};
use tapeloop::nn::{Call, Cell, SimpleRnn, Stateful};
use tapeloop::{Init, Memory, Param, Params, Real, Tape, Var};

/// `h_t = h_{t−1} + w`, `L = Σ_t h_t`. Step `j` adds `w` once, and every loss from `j` on sees it: `∂L/∂w` has a 1 for each pair of a
/// loss at `t` and a step `j ≤ t`.
struct Counter {
    w: Param,
}

impl Cell for Counter {
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, 1])
    }
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        h + x_t.tape().param(self.w)
    }
}

impl Task for Counter {
    type Cell = Self;

    fn cell(&self) -> &Self {
        self
    }
    fn sizes(&self) -> [usize; 2] {
        [1, 12]
    }
    fn input<'t, R: Real>(&self, tape: &'t Tape<'t, R>, _: usize) -> Var<'t, R> {
        tape.zeros([1, 1]) // not read
    }
    fn loss<'t, R: Real>(&self, _: usize, h: Var<'t, R>) -> Option<Var<'t, R>> {
        Some(h.sum())
    }
}

/// All pairs: 12·13/2 = 78. Three pieces of four steps: 3·(4·5/2) = 30. With k1 = 2 and k2 = 5 the windows end at 2, 4, 6, …, 12 and have
/// 1 + 2, 3 + 4, and then four times 4 + 5 pairs: 46.
#[test]
fn exercise_1_the_pairs_that_are_left() {
    let mut params = Params::<f64>::new(0);
    let counter = Counter { w: params.add("w", [1, 1], Init::Constant(0.5)) };
    let mut pairs = |k| {
        let mut sum = 0.0;
        truncated(&counter, &mut params, k, &mut Memory::new(), |_, _, g| sum += g.flat()[0]);
        sum
    };
    assert_eq!(pairs([12, 12]), 78.0);
    assert_eq!(pairs([4, 4]), 30.0);
    assert_eq!(pairs([2, 5]), 46.0);
}

/// Each step is computed twice in all of them. The longest window wins: a longer `k1` costs little, since its first losses have
/// still `k2 − k1` steps before them. What it costs is memory, and updates: one every 32 steps instead of every two.
#[test]
fn exercise_2_the_same_work() {
    let (task, mut params) = Waves::new::<_, f64>(SimpleRnn::new(16), [1, 128]);
    params[task.cell.w_hh].iter_mut().for_each(|w| *w *= 0.9);
    let mut exact = params.zero_gradients();
    full(&task, &params, &mut exact, &mut Memory::new());
    let biases = [[2, 4], [4, 8], [8, 16], [16, 32], [32, 64]].map(|k| {
        let mut sum = params.zero_gradients();
        truncated(&task, &mut params.clone(), k, &mut Memory::new(), |_, _, g| {
            sum.flat_mut().iter_mut().zip(g.flat()).for_each(|(sum, g)| *sum += g);
        });
        apart(sum.flat(), exact.flat())
    });
    assert!(biases.windows(2).all(|pair| pair[1] < 0.6 * pair[0]), "{biases:?}");
}

/// The loss of the last output of ten steps, which are run as two pieces of five. A state that is a variable of the tape hands
/// its gradient back to the first piece: the gradient is that of ten steps. A state that is carried over as numbers doesn't.
#[test]
fn exercise_3_with_and_without_a_cut() {
    let mut params = Params::<f64>::new(0);
    let rnn = SimpleRnn::new(8).build(&mut params, "rnn", 1);
    let x: Vec<f64> = (0..10).map(|t| (0.7 * f64::from(t)).sin()).collect();
    let gradient = |run: &dyn for<'t> Fn(&'t Tape<'t, f64>) -> Var<'t, f64>| {
        let (tape, mut grads) = (Tape::new(&params, Memory::new()), params.zero_gradients());
        tape.backward(run(&tape).square().sum(), &mut grads);
        grads.flat().to_vec()
    };
    let whole = gradient(&|tape| rnn.forward(tape.input([1, 10, 1], &x)));
    let on_one_tape = gradient(&|tape| {
        let (_, state) = rnn.forward_from(tape.input([1, 5, 1], &x[..5]), tape.zeros([1, 8]));
        let (output, _) = rnn.forward_from(tape.input([1, 5, 1], &x[5..]), state);
        output
    });
    let cut = gradient(&|tape| {
        let mut state = Stateful::new();
        let _ = state.run(&rnn, tape.input([1, 5, 1], &x[..5]), Call::default());
        state.run(&rnn, tape.input([1, 5, 1], &x[5..]), Call::default()).output
    });
    assert!(apart(&on_one_tape, &whole) < 1e-14);
    assert!(apart(&cut, &whole) > 0.01, "{}", apart(&cut, &whole));
}

/// Of a mean over the batch the gradient is that of one row; of a sum it is four times that, as if the learning rate were
/// four times as large. Which of the two a loss is decides whether a rate still fits when `B` changes.
#[test]
fn exercise_4_four_times_the_same_row() {
    let mut params = Params::<f64>::new(0);
    let rnn = SimpleRnn::new(8).build(&mut params, "rnn", 1);
    let row: Vec<f64> = (0..6).map(|t| f64::from(t).cos()).collect();
    let gradient = |rows: usize, mean: bool| {
        let (tape, mut grads) = (Tape::new(&params, Memory::new()), params.zero_gradients());
        let h = rnn.forward(tape.input([rows, 6, 1], &row.repeat(rows)));
        tape.backward(if mean { h.square().mean() } else { h.square().sum() }, &mut grads);
        grads.flat().to_vec()
    };
    assert!(apart(&gradient(4, true), &gradient(1, true)) < 1e-14);
    let four_times: Vec<f64> = gradient(1, false).iter().map(|g| 4.0 * g).collect();
    assert!(apart(&gradient(4, false), &four_times) < 1e-14);
}

/// Zeros in front of a sequence, and a bias of 0: `h` stays 0, so the outputs are the same without a mask. In the gradients of `W_ih` and `W_hh`
/// each padded step adds `0ᵀ·∂L/∂a`: nothing. But `∂L/∂b` adds `∂L/∂a` itself, at the padded steps too. After the first update the bias
/// isn't 0 any more, and then nothing is the same.
#[test]
fn exercise_5_padding_in_front() {
    let mut params = Params::<f64>::new(0);
    let rnn = SimpleRnn::new(8).build(&mut params, "rnn", 1);
    let run = |x: &[f64], mask: Option<&[bool]>| {
        let (tape, mut grads) = (Tape::new(&params, Memory::new()), params.zero_gradients());
        let mask = mask.map(|mask| tape.mask([1, x.len()], mask));
        let h = rnn.run(tape.input([1, x.len(), 1], x), Call { mask, ..Call::default() }).output;
        tape.backward(h.square().sum(), &mut grads);
        let of = |w: Param| grads[w].to_vec();
        [h.value(), of(rnn.cell.w_ih), of(rnn.cell.w_hh), of(rnn.cell.b.unwrap())]
    };
    let (alone, padded) = ([0.4, -0.9, 0.6], [0.0, 0.0, 0.4, -0.9, 0.6]);
    let [expected, without] = [run(&alone, None), run(&padded, None)];
    assert!(expected[..3].iter().zip(&without).all(|(a, b)| apart(b, a) < 1e-14));
    assert!(apart(&without[3], &expected[3]) > 0.01);
    let masked = run(&padded, Some(&[false, false, true, true, true]));
    assert!(expected.iter().zip(&masked).all(|(a, b)| apart(b, a) < 1e-14));
}
