//! All ways to the gradient of a sequence, for every cell.

use crate::common::every_cell::{Visit, every_cell};
use crate::common::task::Waves;
use tapeloop::bptt::{Plan, Task, advances, checkpointed, full, rtrl, truncated, uoro};
use tapeloop::check::Loss;
use tapeloop::nn::{Cell, Gru, Lstm, Recurrent, SimpleRnn, Spec, State};
use tapeloop::{Gradients, Memory, Params, Real, Tape};

/// The loss and its gradient, on one tape.
fn plain<C: Cell, R: Real>(task: &Waves<C>, params: &Params<R>) -> (R, Gradients<R>) {
    let (tape, mut grads) = (Tape::new(params, Memory::new()), params.zero_gradients());
    let loss = task.on(&tape);
    tape.backward(loss, &mut grads);
    (loss.item(), grads)
}

fn bits(numbers: &[impl Real]) -> Vec<u64> {
    numbers.iter().map(|x| x.to_f64().to_bits()).collect()
}

fn norm(g: &[f64]) -> f64 {
    g.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// `‖a − b‖/‖b‖`
fn apart(a: &[f64], b: &[f64]) -> f64 {
    norm(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>()) / norm(b)
}

struct Same<R>(Vec<String>, std::marker::PhantomData<R>);

impl<R: Real> Visit for Same<R> {
    fn visit<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>) {
        self.0.push(name.into());
        for [b, t] in [[1, 1], [2, 2], [2, 5], [1, 17], [3, 9]] {
            let (task, params) = Waves::new::<S, R>(layer, [b, t, 2]);
            let (loss, expected) = plain(&task, &params);
            let mut grads = params.zero_gradients();
            let one = full(&task, &params, &mut grads, &mut Memory::new());
            let what = format!("{name}, B {b}, T {t}");
            assert_eq!(bits(grads.flat()), bits(expected.flat()), "{what}: full");
            assert_eq!(one.loss.to_f64(), loss.to_f64(), "{what}");
            let zeros = params.count() - grads.flat().iter().filter(|g| **g != R::ZERO).count();
            assert!(t < 5 || zeros < params.count() / 2, "{what}: {zeros} gradients are 0");

            let plans =
                [1, 2, 3, t, t + 3].map(Plan::Pieces).into_iter().chain([1, 2, 3, 30].map(Plan::Slots));
            for plan in plans.chain([Plan::sqrt(t)]) {
                let (what, mut grads) = (format!("{what}, {plan:?}"), params.zero_gradients());
                let done = checkpointed(&task, &params, plan, &mut grads, &mut Memory::new());
                assert_eq!(bits(grads.flat()), bits(expected.flat()), "{what}");
                assert_eq!(done.passed.loss.to_f64(), loss.to_f64(), "{what}");
                for (ours, theirs) in
                    [(&done.passed.state, &one.state), (&done.passed.d_initial, &one.d_initial)]
                {
                    for (ours, theirs) in ours.iter().zip(theirs) {
                        assert_eq!(bits(ours.data()), bits(theirs.data()), "{what}");
                    }
                }
                match plan {
                    Plan::Pieces(n) => {
                        let n = n.min(t);
                        assert_eq!(done.longest_tape, t.div_ceil(n), "{what}");
                        assert_eq!((done.advanced, done.most_states), ((n - 1) * t / n, n), "{what}");
                    }
                    Plan::Slots(s) => {
                        assert_eq!((done.longest_tape, done.advanced), (1, advances(t, s)), "{what}");
                        assert!(done.most_states <= s + 1, "{what}: {}", done.most_states);
                    }
                }
            }
        }
    }
}

#[test]
fn checkpointed_gradients_are_the_same_bits() {
    let mut same = Same::<f64>(Vec::new(), std::marker::PhantomData);
    every_cell(4, &mut same);
    assert!(same.0.len() > 15, "{:?}", same.0);
    every_cell(3, &mut Same::<f32>(Vec::new(), std::marker::PhantomData));
}

/// The gradients of all updates, one after the other, with weights that stay.
fn updates<C: Cell>(task: &Waves<C>, params: &Params<f64>, k: [usize; 2]) -> (f64, Vec<Vec<f64>>) {
    let (mut losses, mut all) = (0.0, Vec::new());
    truncated(task, &mut params.clone(), k, &mut Memory::new(), |loss, _, grads| {
        losses += loss;
        all.push(grads.flat().to_vec());
    });
    (losses, all)
}

fn sum(all: &[Vec<f64>]) -> Vec<f64> {
    (0..all[0].len()).map(|i| all.iter().map(|g| g[i]).sum()).collect()
}

struct Truncated;

impl Visit for Truncated {
    fn visit<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>) {
        const T: usize = 13;
        let (task, params) = Waves::new::<S, f64>(layer, [2, T, 2]);
        let (loss, expected) = plain(&task, &params);
        let (of_all, all) = updates(&task, &params, [T, T]);
        assert_eq!((all.len(), bits(&all[0])), (1, bits(expected.flat())), "{name}: k1 = k2 = T");
        assert_eq!(of_all, loss, "{name}");
        for k1 in [1, 3, 5, 13, 20] {
            let (losses, all) = updates(&task, &params, [k1, T + 4]);
            assert_eq!(all.len(), T.div_ceil(k1), "{name}");
            assert!((losses / loss - 1.0).abs() < 1e-14, "{name}: each loss counts once");
            let apart = apart(&sum(&all), expected.flat());
            assert!(apart < 1e-13, "{name}: k1 = {k1}, k2 ≥ T: {apart:e}");
        }
        // k1 = k2: pieces that know nothing of each other but the state.
        let (_, all) = updates(&task, &params, [4, 4]);
        let (mut first, task) = (params.zero_gradients(), task.with_steps(4));
        full(&task, &params, &mut first, &mut Memory::new());
        assert_eq!(bits(&all[0]), bits(first.flat()), "{name}: the first piece");
        assert!(apart(&sum(&all), expected.flat()) > 1e-4, "{name}: what crosses the cuts is missing");
        // Losses are lost with k2 < k1: those of steps 3k…3k+1, say.
        let task = task.with_steps(T);
        let (losses, _) = updates(&task, &params, [3, 1]);
        assert!(losses < loss, "{name}: only the last of three steps counts");
    }
}

#[test]
fn truncation_leaves_out_what_it_says() {
    every_cell(3, &mut Truncated);
}

struct Windows;

impl Visit for Windows {
    /// Every window by hand: the state that the net has at its beginning, then a tape to its end with the losses that are new.
    fn visit<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>) {
        const T: usize = 13;
        let (task, params) = Waves::new::<S, f64>(layer, [2, T, 2]);
        for [k1, k2] in [[2, 5], [5, 3], [4, 4], [1, 1], [3, 13], [7, 2]] {
            let (_, all) = updates(&task, &params, [k1, k2]);
            assert_eq!(all.len(), T.div_ceil(k1));
            for (window, begin) in (0..T).step_by(k1).enumerate() {
                let end = T.min(begin + k1);
                let start = end.saturating_sub(k2);
                let before = Tape::without_gradients(&params, Memory::new());
                let states = (0..start).fold(task.cell.zero_state(&before, 2), |state, t| {
                    task.cell.step(task.input(&before, t), state)
                });
                let (tape, mut grads) = (Tape::new(&params, Memory::new()), params.zero_gradients());
                let mut values = Vec::new();
                let _ = states.map(|variable| {
                    values.push(variable.to_array());
                    variable
                });
                let mut values = values.iter();
                let mut state = task.cell.zero_state(&tape, 2).map(|_| tape.variable(values.next().unwrap()));
                let mut sum = tape.zeros([]);
                for t in start..end {
                    state = task.cell.step(task.input(&tape, t), state);
                    sum = task.loss(t, state.output()).filter(|_| t >= begin).map_or(sum, |loss| sum + loss);
                }
                tape.backward(sum, &mut grads);
                let apart =
                    norm(&all[window].iter().zip(grads.flat()).map(|(a, b)| a - b).collect::<Vec<_>>());
                let limit = 1e-14 * norm(grads.flat());
                assert!(apart <= limit, "{name}: k1 {k1}, k2 {k2}, window {window}: {apart:e}");
            }
        }
    }
}

#[test]
fn windows_are_as_long_as_they_should_be() {
    every_cell(3, &mut Windows);
}

/// The longer the way back, the less is missing, until nothing is.
#[test]
fn the_bias_falls_with_k2() {
    fn falls<S: Spec + Copy>(name: &str, layer: Recurrent<S>) {
        const T: usize = 40;
        let (task, params) = Waves::new::<S, f64>(layer, [2, T, 2]);
        let (_, expected) = plain(&task, &params);
        for k1 in [1, 3, 8] {
            let lengths = [1, 2, 4, 8, 16, 40].map(|k2| k1 * k2).map(|k2| k2.min(T));
            let bias = |k2| apart(&sum(&updates(&task, &params, [k1, k2]).1), expected.flat());
            let biases: Vec<f64> = lengths.into_iter().map(bias).collect();
            println!("{name}, bias of the gradient, k1 = {k1}, k2 = {lengths:?}: {biases:.3?}");
            for (pair, k2) in biases.windows(2).zip(lengths.windows(2)) {
                assert!(pair[1] < 0.9 * pair[0] || k2 == [T, T], "{name}, {k1}: {biases:?}");
            }
            assert!(biases[0] > 0.02 && biases[5] < 1e-13, "{name}, {k1}: {biases:?}");
        }
    }
    falls("rnn", SimpleRnn::new(6));
    falls("lstm", Lstm::new(6));
    falls("gru", Gru::new(6));
}

/// A thousand steps, in `f32`: every sum that could be taken in another order has had its chance.
#[test]
fn long_sequences_have_the_same_bits() {
    fn same<S: Spec + Copy>(name: &str, layer: Recurrent<S>) {
        const T: usize = 1_500;
        let (task, params) = Waves::new::<S, f32>(layer, [2, T, 2]);
        let (loss, expected) = plain(&task, &params);
        for plan in [Plan::sqrt(T), Plan::Pieces(7), Plan::Slots(5), Plan::Slots(40)] {
            let mut grads = params.zero_gradients();
            let done = checkpointed(&task, &params, plan, &mut grads, &mut Memory::new());
            assert_eq!(bits(grads.flat()), bits(expected.flat()), "{name}, {plan:?}");
            assert_eq!(done.passed.loss, loss, "{name}, {plan:?}");
        }
    }
    same("rnn", SimpleRnn::new(5));
    same("lstm", Lstm::new(5));
    same("gru", Gru::new(5));
}

/// In training: the weights change between the windows, and the loss falls.
#[test]
fn truncated_training_learns() {
    let (task, mut params) = Waves::new::<_, f64>(Lstm::new(6), [2, 60, 2]);
    let (before, _) = plain(&task, &params);
    for _ in 0..30 {
        truncated(&task, &mut params, [2, 7], &mut Memory::new(), |_, params, grads| {
            params.flat_mut().iter_mut().zip(grads.flat()).for_each(|(w, g)| *w -= 0.02 * g);
        });
    }
    let (after, _) = plain(&task, &params);
    assert!(after < 0.3 * before, "{before} → {after}");
}

struct Forwards(f64);

impl Visit for Forwards {
    fn visit<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>) {
        for [b, t] in [[1, 1], [1, 9], [2, 4]] {
            let (task, params) = Waves::new::<S, f64>(layer, [b, t, 2]);
            let (loss, expected) = plain(&task, &params);
            let mut grads = params.zero_gradients();
            let sum = rtrl(&task, &params, &mut grads, &mut Memory::new());
            let apart = apart(grads.flat(), expected.flat());
            assert!(apart < 1e-12 && (sum - loss).abs() <= 1e-15 * loss, "{name}, B {b}, T {t}: {apart:e}");
            self.0 = self.0.max(apart);
        }
    }
}

#[test]
fn rtrl_is_bptt() {
    let mut worst = Forwards(0.0);
    every_cell(3, &mut worst);
    println!("RTRL and BPTT: at most {:.1e} apart", worst.0);
}

struct Mean(Vec<String>);

impl Visit for Mean {
    fn visit<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>) {
        const RUNS: usize = 3000;
        let (task, params) = Waves::new::<S, f64>(layer, [1, 6, 1]);
        let (loss, expected) = plain(&task, &params);
        let (mut mean, mut squares) = (vec![0.0; expected.flat().len()], vec![0.0; expected.flat().len()]);
        let mut errors = Vec::new();
        for run in 0..RUNS {
            let mut grads = params.zero_gradients();
            assert_eq!(uoro(&task, &params, run as u64, &mut grads), loss, "{name}");
            for ((mean, squares), g) in mean.iter_mut().zip(&mut squares).zip(grads.flat()) {
                *mean += g;
                *squares += g * g;
            }
            if [30, RUNS].contains(&(run + 1)) {
                let mean: Vec<f64> = mean.iter().map(|sum| sum / (run + 1) as f64).collect();
                errors.push(apart(&mean, expected.flat()));
            }
        }
        // Every weight: within five standard errors of the mean.
        let runs = RUNS as f64;
        for (i, expected) in expected.flat().iter().enumerate() {
            let mean = mean[i] / runs;
            let error = ((squares[i] / runs - mean * mean).max(0.0) / runs).sqrt();
            assert!(
                (mean - expected).abs() < 5.0 * error + 1e-12 * expected.abs().max(1.0),
                "{name}, {i}: {mean} ± {error}, not {expected}"
            );
        }
        assert!(errors[1] < 0.4 * errors[0] && errors[1] < 0.2, "{name}: {errors:?}");
        self.0.push(format!("{name} {:.0e}", errors[1]));
    }
}

#[test]
fn the_mean_of_uoro_is_bptt() {
    let mut means = Mean(Vec::new());
    every_cell(3, &mut means);
    println!("UORO, mean of 3000 runs, from BPTT: {:?}", means.0);
}

#[test]
#[should_panic = "uoro: gradients of other parameters"]
fn gradients_are_of_these_parameters() {
    let (task, params) = Waves::new::<_, f64>(SimpleRnn::new(2), [1, 2, 1]);
    let (_, other) = Waves::new::<_, f64>(SimpleRnn::new(20), [1, 2, 1]);
    uoro(&task, &params, 0, &mut other.zero_gradients());
}

#[test]
#[should_panic = "k1 is 0 and k2 3"]
fn truncation_needs_steps() {
    let (task, mut params) = Waves::new::<_, f64>(SimpleRnn::new(2), [1, 2, 1]);
    truncated(&task, &mut params, [0, 3], &mut Memory::new(), |_, _, _| {});
}

#[test]
#[should_panic = "keeps nothing"]
fn a_plan_keeps_something() {
    let (task, params) = Waves::new::<_, f64>(SimpleRnn::new(2), [1, 2, 1]);
    checkpointed(&task, &params, Plan::Slots(0), &mut params.zero_gradients(), &mut Memory::new());
}

/// No rows, or no units: nothing to learn, and nothing that breaks.
#[test]
fn nothing_comes_of_empty_states() {
    for (units, rows) in [(3, 0), (0, 2)] {
        let (task, params) = Waves::new::<_, f64>(SimpleRnn::new(units).bias(false), [rows, 4, 1]);
        let mut grads = params.zero_gradients();
        let passed = full(&task, &params, &mut grads, &mut Memory::new());
        checkpointed(&task, &params, Plan::Slots(2), &mut grads, &mut Memory::new());
        rtrl(&task, &params, &mut grads, &mut Memory::new());
        assert_eq!(passed.state[0].shape().sizes(), [rows, units]);
    }
}

/// No steps: no loss, and the state that was there.
#[test]
fn nothing_comes_of_no_steps() {
    let (task, params) = Waves::new::<_, f64>(SimpleRnn::new(2), [3, 0, 1]);
    let mut grads = params.zero_gradients();
    let passed = full(&task, &params, &mut grads, &mut Memory::new());
    assert_eq!((passed.loss, passed.state[0].data()), (0.0, &[0.0; 6][..]));
    for plan in [Plan::Pieces(3), Plan::Slots(2)] {
        let done = checkpointed(&task, &params, plan, &mut grads, &mut Memory::new());
        assert_eq!((done.passed.loss, done.advanced), (0.0, 0));
    }
    assert_eq!(rtrl(&task, &params, &mut grads, &mut Memory::new()), 0.0);
    assert_eq!(uoro(&task, &params, 1, &mut grads), 0.0);
    let state = truncated(&task, &mut params.clone(), [2, 3], &mut Memory::new(), |_, _, _| {
        panic!("nothing to learn")
    });
    assert_eq!(state[0].shape().sizes(), [3, 2]);
    assert!(grads.flat().iter().all(|&g| g == 0.0) && task.sizes() == [3, 0]);
}
