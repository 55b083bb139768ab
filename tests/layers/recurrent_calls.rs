//! What is built around cells: both directions, stacks, state that lives on, dropout, zoneout; sequences without steps and
//! very long ones; and any number of threads.

use tapeloop::check::{GradCheck, Mode};
use tapeloop::nn::{
    Activation, BasicLstm, Bidirectional, Call, Cell, Dense, Gru, Lstm, LstmState, Merge, Recurrent, Reset,
    SequenceLayer, SequenceSpec, SimpleRnn, Spec, Stacked, State, Stateful,
};
use tapeloop::optim::{Adam, Optimizer};
use tapeloop::{Init, Memory, Params, Tape, Var};

fn numbers(n: usize, seed: f64) -> Vec<f64> {
    (0..n).map(|i| (1.7 * i as f64 + seed).sin()).collect()
}

fn weighted<'t>(tape: &'t Tape<'t, f64>, y: Var<'t, f64>) -> Var<'t, f64> {
    (y * tape.input(y.shape(), &numbers(y.shape().len(), 0.5))).sum()
}

/// The gradients of a layer over a sequence with a mask and dropout, `x` included.
#[track_caller]
fn check<L: SequenceSpec>(what: &str, layer: L, shape: [usize; 3]) {
    let [b, t, i] = shape;
    let mut params = Params::<f64>::new(2);
    let layer = layer.build_layer(&mut params, "layer", i);
    let x = params.add("x", shape, Init::Normal { mean: 0.0, std: 1.0 });
    let lengths: Vec<usize> = (0..b).map(|row| t - row % (t + 1)).collect();
    let check = GradCheck { mode: Mode::Directional { directions: 5, seed: 4 }, ..GradCheck::default() };
    let report = check.params(
        |tape| {
            let call = Call { mask: Some(tape.lengths(&lengths, t)), training: Some(3), ..Call::default() };
            weighted(tape, layer.output_and_state(tape.param(x), call).0)
        },
        &params,
    );
    report.unwrap_or_else(|error| panic!("{what} {shape:?}: {error}"));
}

#[test]
fn both_directions() {
    for merge in [Merge::Concat, Merge::Sum, Merge::Mul, Merge::Average] {
        for sequences in [false, true] {
            for shape in [[1, 1, 1], [2, 3, 2], [3, 5, 1]] {
                for unrolled in [false, true] {
                    let what = format!("{merge:?} {sequences} {unrolled}");
                    let of = |h| Gru::new(h).return_sequences(sequences).dropout(0.2, 0.3);
                    let gru = if unrolled { of(3).unrolled() } else { of(3) };
                    check(&what, Bidirectional::new(gru).merge(merge), shape);
                    let lstm = Lstm::new(2).return_sequences(sequences).zero_output_for_mask(true);
                    check(&what, Bidirectional::new(lstm).merge(merge), shape);
                }
            }
        }
    }
}

#[test]
fn the_second_direction_reads_the_reversed_sequence() {
    let mut params = Params::<f64>::new(0);
    let both = Bidirectional::new(SimpleRnn::new(4).return_sequences(true)).build(&mut params, "rnn", 2);
    let tape = Tape::new(&params, Memory::new());
    let x = tape.input([3, 5, 2], &numbers(30, 0.0));
    let [forward, backward] = both.run(x, Call::default()).map(|direction| direction.output);
    let alone = Recurrent { go_backwards: false, ..both.directions[1] };
    assert_eq!(backward.value(), alone.forward(x.reverse(1)).reverse(1).value());
    assert_eq!(both.directions[1].forward(x).value(), backward.reverse(1).value());
    let merged = both.forward(x);
    assert_eq!(merged.slice(2, 0, 4).value(), forward.value());
    assert_eq!(merged.slice(2, 4, 4).value(), backward.value());
}

#[test]
fn stacks() {
    for depth in [1, 2, 3] {
        for shape in [[1, 1, 1], [2, 3, 2]] {
            let lstms: Vec<_> = (0..depth).map(|n| Lstm::new(2 + n)).collect();
            check("lstm", Wrapped(Stacked::new(lstms).dropout(0.3)), shape);
            let both = Bidirectional::new(BasicLstm::new(2));
            check("bidirectional", Wrapped(Stacked::new(vec![both; depth]).dropout(0.3)), shape);
        }
    }
}

/// A stack as a layer, for [`check`].
struct Wrapped<L>(Stacked<L>);

impl<S: SequenceSpec> SequenceSpec for Wrapped<S> {
    type Layer = Wrapped<S::Layer>;
    fn build_layer<R: tapeloop::Real>(
        self,
        params: &mut Params<R>,
        name: &str,
        inputs: usize,
    ) -> Self::Layer {
        Wrapped(self.0.build(params, name, inputs))
    }
    fn outputs(&self) -> usize {
        self.0.layers.last().unwrap().outputs()
    }
    fn with_sequences(self, _: bool) -> Self {
        self
    }
}

impl<L: SequenceLayer> SequenceLayer for Wrapped<L> {
    type State<'t, R: tapeloop::Real> = ();
    fn output_and_state<'t, R: tapeloop::Real>(
        &self,
        x: Var<'t, R>,
        Call { mask, training, .. }: Call<'t, (), R>,
    ) -> (Var<'t, R>, ()) {
        (self.0.run(x, Call { initial_state: None, mask, training }, |_, _| {}), ())
    }
}

#[test]
fn a_stack_takes_and_gives_the_states_of_its_layers() {
    let mut params = Params::<f64>::new(0);
    let stack = Stacked::new([2, 3].map(Gru::new)).build(&mut params, "gru", 2);
    let tape = Tape::new(&params, Memory::new());
    let x = tape.input([2, 6, 2], &numbers(24, 0.0));
    let mut whole = Vec::new();
    let output = stack.run(x, Call::default(), |_, state| whole.push(state));
    let mut halves: Option<Vec<Var<'_, f64>>> = None;
    for start in [0, 3] {
        let call = Call { initial_state: halves.as_deref(), ..Call::default() };
        let mut after = Vec::new();
        let _ = stack.run(x.slice(1, start, 3), call, |_, state| after.push(state));
        halves = Some(after);
    }
    for (half, whole) in halves.unwrap().iter().zip(&whole) {
        assert_eq!(half.value(), whole.value());
    }
    assert_eq!(output.value(), whole[1].value());
}

#[test]
fn a_state_lives_on_until_it_is_reset() {
    let mut params = Params::<f64>::new(0);
    let layer = Lstm::new(3).return_sequences(true).build(&mut params, "lstm", 2);
    let tape = Tape::new(&params, Memory::new());
    let x = tape.input([2, 6, 2], &numbers(24, 0.0));
    let whole = layer.forward(x);
    let mut memory = Stateful::new();
    for _ in 0..2 {
        for start in [0, 4] {
            let len = if start == 0 { 4 } else { 2 };
            let part = memory.run(&layer, x.slice(1, start, len), Call::default()).output;
            assert_eq!(part.value(), whole.slice(1, start, len).value());
        }
        memory.reset_state();
    }
}

#[test]
fn dropout_is_the_same_at_every_step() {
    let p = 0.25;
    let mut params = Params::<f64>::new(0);
    let linear = SimpleRnn::new(40).activation(Activation::Linear).bias(false).return_sequences(true);
    let [input, recurrent] = [linear.dropout(p, 0.0), linear.dropout(0.0, p)];
    let identity = Init::Orthogonal { gain: 1.0 };
    let input = input.init(identity, Init::Zeros).build(&mut params, "input", 40);
    let recurrent = recurrent.init(Init::Zeros, identity).build(&mut params, "recurrent", 40);
    for w in [input.cell.w_ih, recurrent.cell.w_hh] {
        params[w].iter_mut().enumerate().for_each(|(n, w)| *w = f64::from(n % 41 == 0));
    }
    let tape = Tape::new(&params, Memory::new());
    let ones = |shape: &[usize]| tape.zeros(tapeloop::Shape::new(shape)) + 1.0;
    let training = Some(1);
    let x = input.run(ones(&[3, 4, 40]), Call { training, ..Call::default() }).output;
    let initial_state = Some(ones(&[3, 40]));
    let h = recurrent.run(ones(&[3, 4, 40]), Call { training, initial_state, ..Call::default() }).output;
    let kept = 1.0 / (1.0 - p);
    for t in 0..4 {
        // x_t = m·1, and h_t = m·h_{t−1}, each with one m for all t.
        assert_eq!(x.select(1, t).value(), x.select(1, 0).value());
        for (h_t, h_1) in h.select(1, t).value().iter().zip(h.select(1, 0).value()) {
            approx::assert_relative_eq!(*h_t, if h_1 > 0.0 { kept.powi(t as i32 + 1) } else { 0.0 });
        }
    }
    for first in [x, h].map(|y| y.select(1, 0).value()) {
        let dropped = first.iter().filter(|&&m| m == 0.0).count();
        assert!((10..50).contains(&dropped), "{dropped} of 120 dropped with p = {p}");
        assert!(first.iter().all(|&m| m == 0.0 || (m - kept).abs() < 1e-12));
    }
    // Testing: nothing is dropped.
    assert_eq!(input.forward(ones(&[1, 1, 40])).value(), vec![1.0; 40]);
}

#[test]
fn zoneout_keeps_some_of_the_state() {
    let mut params = Params::<f64>::new(0);
    let lstm = Lstm::new(50).zoneout(0.25, 0.5).build(&mut params, "lstm", 3);
    let plain = Recurrent { zoneout: None, ..lstm };
    let tape = Tape::new(&params, Memory::new());
    let x = tape.input([4, 1, 3], &numbers(12, 0.0));
    let [h, c] = [0.1, 0.2].map(|seed| tape.input([4, 50], &numbers(200, seed)));
    let initial_state = Some(LstmState { h, c });
    let new = plain.run(x, Call { initial_state, ..Call::default() }).state;
    let zoned = lstm.run(x, Call { initial_state, training: Some(5), ..Call::default() }).state;
    let mean = lstm.run(x, Call { initial_state, ..Call::default() }).state;
    for (old, new, zoned, mean, p) in [(h, new.h, zoned.h, mean.h, 0.25), (c, new.c, zoned.c, mean.c, 0.5)] {
        let [old, new, zoned, mean] = [old, new, zoned, mean].map(Var::value);
        let mut kept = 0;
        for i in 0..200 {
            let keeps = zoned[i] == old[i];
            kept += usize::from(keeps);
            assert!(keeps || (zoned[i] - new[i]).abs() < 1e-12, "neither old nor new");
            approx::assert_relative_eq!(mean[i], p * old[i] + (1.0 - p) * new[i], max_relative = 1e-12);
        }
        let expected = 200.0 * p;
        assert!((kept as f64 - expected).abs() < 30.0, "{kept} of 200 kept with p = {p}");
    }
}

#[test]
fn zoneout_keeps_others_at_each_step_and_in_each_state() {
    let mut params = Params::<f64>::new(0);
    let lstm = Lstm::new(60).zoneout(0.5, 0.5).build(&mut params, "lstm", 3);
    let tape = Tape::new(&params, Memory::new());
    let x = tape.input([1, 4, 3], &numbers(12, 0.0));
    // Which numbers of h and c stayed what they were, at each step of two training steps.
    let mut kept = Vec::new();
    for seed in [7, 8] {
        let out = lstm.run(x, Call { training: Some(seed), ..Call::default() });
        let states = out.trajectory().unwrap().states();
        for states in [states.h, states.c] {
            let steps: Vec<_> = (0..4).map(|t| states.select(1, t).value()).collect();
            kept.extend(steps.windows(2).map(|two| {
                two[0].iter().zip(&two[1]).map(|(before, after)| before == after).collect::<Vec<_>>()
            }));
        }
    }
    for (i, a) in kept.iter().enumerate() {
        assert!(kept[..i].iter().all(|b| a != b), "{i}: the same numbers kept twice");
    }
}

#[test]
fn each_direction_drops_other_inputs() {
    let mut params = Params::<f64>::new(0);
    let layer = SimpleRnn::new(30).return_sequences(true).dropout(0.5, 0.0);
    let both = Bidirectional::new(layer).build(&mut params, "rnn", 30);
    let copy = params[both.directions[0].cell.w_ih].to_vec();
    params[both.directions[1].cell.w_ih].copy_from_slice(&copy);
    let tape = Tape::new(&params, Memory::new());
    let x = tape.zeros([1, 1, 30]) + 1.0;
    let outputs = |training| both.run(x, Call { training, ..Call::default() }).map(|out| out.output.value());
    let [forward, backward] = outputs(None);
    assert_eq!(forward, backward); // one step, the same weights
    let [forward, backward] = outputs(Some(1));
    assert!(forward != backward);
}

/// Runs `code` with every kind of layer, at once and unrolled.
macro_rules! every_layer {
    ($h:expr, $layer:ident => $code:expr) => {{
        {
            let $layer = SimpleRnn::new($h);
            $code
        }
        {
            let $layer = SimpleRnn::new($h).unrolled();
            $code
        }
        {
            let $layer = Lstm::new($h);
            $code
        }
        {
            let $layer = Lstm::pytorch($h).unrolled();
            $code
        }
        {
            let $layer = BasicLstm::new($h);
            $code
        }
        {
            let $layer = BasicLstm::new($h).unrolled();
            $code
        }
        {
            let $layer = Gru::new($h);
            $code
        }
        {
            let $layer = Gru::new($h).unrolled();
            $code
        }
        {
            let $layer = Gru::new($h).reset(Reset::Before);
            $code
        }
        {
            let $layer = Gru::new($h).reset(Reset::Before).unrolled();
            $code
        }
    }};
}

#[test]
fn no_steps_and_no_rows() {
    fn check<S: Spec + Copy>(layer: Recurrent<S>) {
        for sequences in [false, true] {
            let mut params = Params::<f64>::new(0);
            let layer = layer.return_sequences(sequences).build(&mut params, "rnn", 2);
            for [b, t] in [[2, 0], [0, 3], [0, 0]] {
                let tape = Tape::new(&params, Memory::new());
                let mut number = 0.0;
                let initial = layer.cell.zero_state(&tape, b).map(|zeros| {
                    number += 1.0;
                    tape.variable(&tapeloop::Array::new(zeros.shape(), vec![number; zeros.shape().len()]))
                });
                let mask = Some(tape.mask([b, t], &vec![true; b * t]));
                let call = Call { initial_state: Some(initial), mask, ..Call::default() };
                let out = layer.run(tape.zeros([b, t, 2]), call);
                let expected: &[usize] = if sequences { &[b, t, 3] } else { &[b, 3] };
                assert_eq!(out.output.shape().sizes(), expected);
                // Without a step the state stays what it was, and the gradient passes through.
                let _ = out.state.zip(initial, |after, before| {
                    assert_eq!(after.value(), before.value());
                    after
                });
                let mut grads = params.zero_gradients();
                tape.backward(out.state.output().sum(), &mut grads);
                assert_eq!(initial.output().grad(), vec![1.0; b * 3]);
                assert!(grads.flat().iter().all(|&g| g == 0.0));
            }
        }
    }
    every_layer!(3, layer => check(layer));
}

#[test]
fn a_hundred_thousand_steps() {
    fn check<S: Spec>(layer: Recurrent<S>, [most_used, most_held]: [usize; 2]) {
        let (t, h) = (100_000, 2);
        let mut params = Params::<f32>::new(0);
        let layer = layer.build(&mut params, "rnn", 1);
        let mut grads = params.zero_gradients();
        let tape = Tape::new(&params, Memory::new());
        let x: Vec<f32> = (0..t).map(|i| (0.01 * i as f32).sin()).collect();
        let output = layer.forward(tape.input([1, t, 1], &x));
        assert_eq!(output.shape().sizes(), [1, h]);
        tape.backward(output.sum(), &mut grads);
        assert!(grads.flat().iter().all(|g| g.is_finite()));
        assert!(grads.flat().iter().any(|&g| g != 0.0));
        let memory = tape.into_memory();
        // A copy has no room to grow.
        let [used, held] = [memory.clone().bytes(), memory.bytes()].map(|bytes| bytes / t);
        assert!(used <= most_used && held <= most_held, "{used} bytes per step, {held} held");
    }
    // About what docs/recurrent.md says, for four bytes a number and H = 2, where parts are rounded up to cache lines.
    every_layer!(2, layer => check(layer, if layer.unrolled { [8000, 10_500] } else { [200, 200] }));
}

/// A cell of the user's: `h_t = tanh(x_t·W + u⊙h_{t−1})`.
struct Independent {
    w: tapeloop::Param,
    u: tapeloop::Param,
}

impl Cell for Independent {
    type State<'t, R: tapeloop::Real> = Var<'t, R>;

    fn zero_state<'t, R: tapeloop::Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.u.shape().last()])
    }

    fn step<'t, R: tapeloop::Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
        let (w, u) = (x_t.tape().param(self.w), x_t.tape().param(self.u));
        (x_t.matmul(w) + u.expand(h.shape()) * h).tanh()
    }
}

#[test]
fn a_cell_of_ones_own_in_a_stack_of_both_directions() {
    let mut params = Params::<f64>::new(5);
    let mut layer = |name: &str, i: usize| {
        let normal = Init::Normal { mean: 0.0, std: 0.5 };
        let w = params.add(format!("{name}.w"), [i, 3], normal);
        Recurrent::of(Independent { w, u: params.add(format!("{name}.u"), [3], normal) })
            .return_sequences(true)
    };
    let stack = Stacked::of(vec![
        Bidirectional::of(layer("0", 2), layer("1", 2)),
        Bidirectional::of(layer("2", 6).dropout(0.2, 0.3), layer("3", 6)),
    ]);
    let x = params.add("x", [3, 4, 2], Init::Normal { mean: 0.0, std: 1.0 });
    let report = GradCheck::default().params(
        |tape| {
            let call = Call { mask: Some(tape.lengths(&[4, 2, 0], 4)), training: Some(1), ..Call::default() };
            weighted(tape, stack.run(tape.param(x), call, |_, _| {}))
        },
        &params,
    );
    assert_eq!(report.unwrap().compared, params.count());
}

/// The losses of training steps, bit by bit.
fn losses<S: Spec>(layer: Recurrent<S>, [b, t, i, h, steps]: [usize; 5], threads: usize) -> Vec<u32> {
    let mut params = Params::<f32>::new(0);
    let layer = layer.return_sequences(true).dropout(0.1, 0.1).build(&mut params, "rnn", i);
    let read_out = Dense::new(2).build(&mut params, "read_out", h);
    let x: Vec<f32> = (0..b * t * i).map(|n| (n as f32).sin()).collect();
    let y: Vec<f32> = (0..b * t * 2).map(|n| (n as f32).cos()).collect();
    let lengths: Vec<usize> = (0..b).map(|row| t - row % 3).collect();
    let (mut adam, mut grads) = (Adam::pytorch(1e-3), params.zero_gradients());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let mut memory = Memory::new();
        let step = |step: u64| {
            let tape = Tape::new(&params, std::mem::take(&mut memory));
            let call =
                Call { mask: Some(tape.lengths(&lengths, t)), training: Some(step), ..Call::default() };
            let outputs = layer.run(tape.input([b, t, i], &x), call).output;
            let loss = read_out.forward(outputs).mse(tape.input([b, t, 2], &y));
            grads.zero();
            tape.backward(loss, &mut grads);
            let bits = loss.item().to_bits();
            memory = tape.into_memory();
            adam.step(&mut params, &grads);
            bits
        };
        (0..steps as u64).map(step).collect()
    })
}

#[test]
fn losses_are_the_same_for_any_number_of_threads() {
    fn check<S: Spec + Copy + std::fmt::Debug>(layer: Recurrent<S>, nets: &[[usize; 5]]) {
        for &net in nets {
            let one = losses(layer, net, 1);
            assert!(f32::from_bits(one[net[4] - 1]) < f32::from_bits(one[0]));
            for threads in [2, 3, 8] {
                assert_eq!(losses(layer, net, threads), one, "{threads} threads, {layer:?}, {net:?}");
            }
        }
    }
    // All large enough to be shared by three. In the second net sequences are so long that they are taken in four blocks, of 15 and 16 steps.
    every_layer!(160, layer => check(layer, &[[16, 5, 5, 160, 200], [16, 61, 300, 160, 10]]));
    // The batch in two halves backward, of 24 and 25 rows, and the steps in one block or several.
    every_layer!(40, layer => check(layer, &[[49, 30, 9, 40, 20], [49, 150, 9, 40, 5], [32, 30, 9, 40, 20]]));
    // A single row: products that one thread keeps for itself, others that it shares.
    every_layer!(64, layer => check(layer, &[[1, 100, 64, 64, 20], [1, 400, 64, 64, 10]]));
}

#[test]
fn nothing_is_left_from_an_earlier_use_of_the_memory() {
    fn check<S: Spec>(layer: Recurrent<S>) {
        let mut params = Params::<f64>::new(0);
        let layer = layer.return_sequences(true).build(&mut params, "rnn", 2);
        let run = |memory: Memory<f64>, x: &[f64], mask: &[bool]| {
            let tape = Tape::new(&params, memory);
            let call = Call { mask: Some(tape.mask([2, 3], mask)), ..Call::default() };
            let output = layer.run(tape.input([2, 3, 2], x), call).output;
            let mut grads = params.zero_gradients();
            tape.backward(weighted(&tape, output), &mut grads);
            (output.value(), grads.flat().to_vec(), tape.into_memory())
        };
        let (x, mask) = (numbers(12, 0.0), [true, false, true, false, false, true]);
        let (output, grads, _) = run(Memory::new(), &x, &mask);
        let (_, _, full_of_nan) = run(Memory::new(), &[f64::NAN; 12], &[true; 6]);
        let (output_too, grads_too, memory) = run(full_of_nan, &x, &mask);
        assert_eq!((output.clone(), grads), (output_too, grads_too));

        // What stands at a skipped step doesn't matter.
        let mut elsewhere_nan = x.clone();
        (0..6).filter(|&step| !mask[step]).for_each(|step| elsewhere_nan[2 * step] = f64::NAN);
        assert_eq!(run(memory, &elsewhere_nan, &mask).0, output);
    }
    every_layer!(3, layer => check(layer));
}

#[test]
fn a_stack_drops_outputs_between_its_layers() {
    let mut params = Params::<f64>::new(0);
    let linear = SimpleRnn::new(30).activation(Activation::Linear).bias(false).return_sequences(true);
    let linear = linear.init(Init::Zeros, Init::Zeros);
    let stack = Stacked::new([linear, linear, linear]).dropout(0.5).build(&mut params, "rnn", 30);
    for layer in &stack.layers {
        params[layer.cell.w_ih].iter_mut().enumerate().for_each(|(n, w)| *w = f64::from(n % 31 == 0));
    }
    let tape = Tape::new(&params, Memory::new());
    let ones = tape.zeros([2, 4, 30]) + 1.0;
    assert_eq!(stack.forward(ones).value(), vec![1.0; 240]);
    let call = Call { training: Some(2), ..Call::default() };
    let dropped = stack.run(ones, call, |_, _| {}).value();
    // Twice by one half: each is 0, or 4.
    let kept = dropped.iter().filter(|&&y| y == 4.0).count();
    assert!((40..80).contains(&kept) && dropped.iter().all(|&y| y == 0.0 || y == 4.0), "{kept} of 240 kept");
    // Each step by itself.
    assert!(dropped[..30] != dropped[30..60]);
}
