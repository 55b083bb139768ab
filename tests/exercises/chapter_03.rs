//! Solutions of the exercises of chapter 3, Unrolling an Elman net.

use tapeloop::nn::{Activation, Cell, Recurrent, SimpleRnn, SimpleRnnCell, Way, unroll};
use tapeloop::{Array, Init, Memory, Params, Tape, Var};

const T: usize = 6;
const I: usize = 3;
const H: usize = 4;

fn numbers(count: usize) -> Vec<f64> {
    (0..count).map(|n| (1.3 * n as f64).sin()).collect()
}

fn net() -> (Params<f64>, Recurrent<SimpleRnnCell>) {
    let mut params = Params::new(3);
    let init = Init::Uniform { low: -0.8, high: 0.8 };
    let rnn = SimpleRnn::new(H).init(init, init).build(&mut params, "rnn", I);
    (params, rnn)
}

/// `l_t = Σ_j h_t[j]²/2`: its derivative is `h_t`.
fn step_loss<'t>(h: Var<'t, f64>) -> Var<'t, f64> {
    h.square().sum() * 0.5
}

/// `h_1 … h_T` of one sequence.
fn states<'t>(tape: &'t Tape<'_, f64>, cell: &SimpleRnnCell) -> Vec<Var<'t, f64>> {
    let x = tape.input([1, T, I], &numbers(T * I));
    let outputs = unroll(cell, x, cell.zero_state(tape, 1), Way::default()).outputs();
    (0..T).map(|t| outputs.at(t)).collect()
}

fn near(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-14), "{a:?}\n{b:?}");
}

#[test]
fn exercise_1_the_equations_as_loops() {
    let (params, rnn) = net();
    let cell = rnn.cell;
    let (w_ih, w_hh, x) = (&params[cell.w_ih], &params[cell.w_hh], numbers(T * I));

    // (3.1), (3.2). The bias is 0, as it is before training, but has a gradient.
    let mut h = vec![[0.0; H]];
    for t in 0..T {
        let a = |j: usize| {
            let input: f64 = (0..I).map(|i| x[t * I + i] * w_ih[i * H + j]).sum();
            input + (0..H).map(|i| h[t][i] * w_hh[i * H + j]).sum::<f64>()
        };
        h.push(std::array::from_fn(|j| a(j).tanh()));
    }
    let (mut dw_ih, mut dw_hh, mut db) = ([0.0; I * H], [0.0; H * H], [0.0; H]);
    let mut later = [0.0; H]; // ∂L/∂a_{t+1}·W_hhᵀ
    for t in (1..=T).rev() {
        let da: [f64; H] = std::array::from_fn(|j| (h[t][j] + later[j]) * (1.0 - h[t][j] * h[t][j])); // (3.3), (3.4)
        for j in 0..H {
            (0..H).for_each(|i| dw_hh[i * H + j] += h[t - 1][i] * da[j]); // (3.5)
            (0..I).for_each(|i| dw_ih[i * H + j] += x[(t - 1) * I + i] * da[j]); // (3.6)
            db[j] += da[j];
        }
        later = std::array::from_fn(|i| (0..H).map(|j| da[j] * w_hh[i * H + j]).sum());
    }

    let tape = Tape::new(&params, Memory::new());
    let loss = states(&tape, &cell).into_iter().map(step_loss).reduce(|sum, l| sum + l).unwrap();
    let mut grads = params.zero_gradients();
    tape.backward(loss, &mut grads);
    near(&grads[cell.w_ih], &dw_ih);
    near(&grads[cell.w_hh], &dw_hh);
    near(&grads[cell.b.unwrap()], &db);
}

/// Differentiating is linear. One pass goes back through T steps; that of l_t alone through t of them, together 1 + 2 + … + T.
#[test]
fn exercise_2_one_pass_for_all_losses() {
    let (params, rnn) = net();
    let tape = Tape::new(&params, Memory::new());
    let states = states(&tape, &rnn.cell);
    let steps = || states.iter().filter(|h| h.grad().iter().any(|&g| g != 0.0)).count();
    let losses: Vec<Var<'_, f64>> = states.iter().copied().map(step_loss).collect();
    let total = losses.iter().copied().reduce(|sum, l| sum + l).unwrap();

    let mut at_once = params.zero_gradients();
    tape.backward(total, &mut at_once);
    assert_eq!(steps(), T);

    let (mut one_by_one, mut through) = (params.zero_gradients(), 0);
    for &loss in &losses {
        tape.backward(loss, &mut one_by_one); // adds
        through += steps();
    }
    assert_eq!(through, T * (T + 1) / 2);
    near(at_once.flat(), one_by_one.flat());
}

/// h_T = w^T·h_0, so ∂L/∂w = T·w^(T−1)·h_0. It is a sum of T summands h_{t−1}·w^(T−t) = w^(T−1)·h_0, all the same: with w = 1 every
/// step counts alike, with any other w all vanish or explode together.
#[test]
fn exercise_3_one_linear_unit() {
    for w in [0.9, 1.0, 1.2_f64] {
        let mut params = Params::<f64>::new(0);
        let init = Init::Constant(w);
        let layer = SimpleRnn::new(1).activation(Activation::Linear).bias(false).init(Init::Zeros, init);
        let layer = layer.build(&mut params, "rnn", 1);
        let tape = Tape::new(&params, Memory::new()).traced();
        let h_0 = tape.variable(&Array::new([1, 1], vec![2.0]));
        let (h, _) = layer.forward_from(tape.input([1, T, 1], &[0.0; T]), h_0);
        let parts = tape.contributions(h.sum(), layer.cell.w_hh);
        assert_eq!(parts.len(), T);
        let each = w.powi(T as i32 - 1) * 2.0;
        assert!(parts.iter().all(|(_, part)| (part[0] - each).abs() < 1e-14), "{w}: {parts:?}");
    }
}

#[test]
fn exercise_4_a_weight_for_each_step() {
    let (mut params, rnn) = net();
    let shared = rnn.cell.w_hh;
    let numbers_of_w = params[shared].to_vec();
    let own: Vec<_> = (1..=T)
        .map(|t| {
            let w = params.add(format!("w_{t}"), [H, H], Init::Zeros);
            params[w].copy_from_slice(&numbers_of_w);
            w
        })
        .collect();

    let tape = Tape::new(&params, Memory::new());
    let mut h = rnn.cell.zero_state(&tape, 1);
    for (w_hh, x_t) in own.iter().zip(numbers(T * I).chunks_exact(I)) {
        h = SimpleRnnCell { w_hh: *w_hh, ..rnn.cell }.step(tape.input([1, I], x_t), h);
    }
    let mut grads = params.zero_gradients();
    tape.backward(step_loss(h), &mut grads);

    let tape = Tape::new(&params, Memory::new()).traced();
    let h = rnn.forward(tape.input([1, T, I], &numbers(T * I)));
    let parts = tape.contributions(step_loss(h), shared);
    assert_eq!(parts.len(), T - 1); // the first step multiplies it with h_0 = 0
    for (step, part) in parts {
        let [_, t] = step.unwrap(); // counted from 0
        near(&grads[own[t]], &part);
    }
    assert!(grads[own[0]].iter().all(|&g| g == 0.0));
}
