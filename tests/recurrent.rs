//! The recurrent cells, with every option: their gradients, and the operations for whole sequences against the loop over
//! single steps.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use tapeloop::check::{Derivative, GradCheck, Mode};
use tapeloop::nn::{Activation, BasicLstm, Call, Cell, Gru, Lstm, Recurrent, Reset, SimpleRnn, Spec, State};
use tapeloop::{Init, Memory, Param, Params, Tape, Var};

/// How a layer is called.
#[derive(Clone, Copy, Debug)]
struct Way {
    sequences: bool,
    backwards: bool,
    zero_output: bool,
    dropout: bool,
    mask: Option<Mask>,
}

#[derive(Clone, Copy, Debug)]
enum Mask {
    Lengths,
    Gaps,
    Nothing,
}

const PLAIN: Way = Way { sequences: true, backwards: false, zero_output: false, dropout: false, mask: None };

const WAYS: [Way; 9] = [
    PLAIN,
    Way { sequences: false, ..PLAIN },
    Way { backwards: true, ..PLAIN },
    Way { dropout: true, ..PLAIN },
    Way { mask: Some(Mask::Lengths), zero_output: true, ..PLAIN },
    Way { mask: Some(Mask::Gaps), ..PLAIN },
    Way { mask: Some(Mask::Gaps), sequences: false, zero_output: true, ..PLAIN },
    Way { mask: Some(Mask::Nothing), ..PLAIN },
    Way { mask: Some(Mask::Gaps), sequences: true, backwards: true, zero_output: true, dropout: true },
];

/// B, T, I, H
const SHAPES: [[usize; 4]; 10] = [
    [1, 1, 1, 1],
    [1, 3, 2, 1],
    [2, 1, 1, 3],
    [3, 2, 5, 2],
    [2, 5, 1, 5],
    [5, 3, 3, 2],
    [1, 2, 17, 3],
    [2, 3, 2, 17],
    [17, 2, 1, 2],
    [1, 17, 2, 3],
];

/// The same, of so many rows and steps, and so many inputs, that they are taken in several blocks, of different lengths.
const LONG: [[usize; 4]; 3] = [[3, 201, 300, 2], [301, 3, 300, 2], [1, 601, 300, 1]];

/// A net around a layer: everything that it reads is a parameter, so that every gradient is checked.
struct Net<C> {
    layer: Recurrent<C>,
    params: Params<f64>,
    x: Param,
    initial: Vec<Param>,
    mask: Option<Vec<bool>>,
    training: Option<u64>,
}

fn net<S: Spec>(spec: Recurrent<S>, way: Way, [b, t, i, _]: [usize; 4]) -> Net<S::Cell> {
    let mut params = Params::<f64>::new(3);
    let spec = spec.return_sequences(way.sequences).go_backwards(way.backwards);
    let spec = spec.zero_output_for_mask(way.zero_output);
    let spec = if way.dropout { spec.dropout(0.3, 0.4) } else { spec };
    let layer = spec.build(&mut params, "rnn", i);
    // Biases and peepholes of 0 would hide mistakes.
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for w in params.flat_mut() {
        *w += rng.random_range(-0.3..0.3);
    }
    let normal = Init::Normal { mean: 0.0, std: 0.8 };
    let x = params.add("x", [b, t, i], normal);
    let mut shapes = Vec::new();
    {
        let tape = Tape::new(&params, Memory::new());
        let _ = layer.cell.zero_state(&tape, b).map(|state| {
            shapes.push(state.shape());
            state
        });
    }
    let initial = shapes.iter().enumerate().map(|(i, &s)| params.add(format!("s_{i}"), s, normal)).collect();
    let mask = way.mask.map(|mask| {
        let live = |row: usize, step: usize| match mask {
            Mask::Lengths => step < (row * 2 + 1) % (t + 1),
            Mask::Gaps => (row + step) % 3 != 1,
            Mask::Nothing => false,
        };
        (0..b * t).map(|n| live(n / t, n % t)).collect()
    });
    Net { layer, params, x, initial, mask, training: way.dropout.then_some(11) }
}

impl<C: Cell> Net<C> {
    /// A loss that depends on the output and on the last state, each element with a weight of its own.
    fn loss<'t>(&self, tape: &'t Tape<'t, f64>) -> Var<'t, f64> {
        let x = tape.param(self.x);
        let &[b, t, _] = x.shape().sizes() else { unreachable!() };
        let mut initial = self.initial.iter();
        let state = self.layer.cell.zero_state(tape, b).map(|_| tape.param(*initial.next().unwrap()));
        let mask = self.mask.as_ref().map(|mask| tape.mask([b, t], mask));
        let out = self.layer.run(x, Call { initial_state: Some(state), mask, training: self.training });
        let mut loss = weighted(tape, out.output, 0.1);
        let _ = out.state.map(|state| {
            loss = loss + weighted(tape, state * state, 0.2);
            state
        });
        loss
    }

    /// The gradients, added to what was there, and the loss.
    fn gradients(&self) -> Vec<f64> {
        let tape = Tape::new(&self.params, Memory::new());
        let loss = self.loss(&tape);
        let mut grads = self.params.zero_gradients();
        grads.flat_mut().fill(0.5);
        tape.backward(loss, &mut grads);
        grads.flat().iter().copied().chain([loss.item()]).collect()
    }

    fn nodes(&self) -> usize {
        let tape = Tape::new(&self.params, Memory::new());
        let _ = self.loss(&tape);
        tape.len()
    }
}

fn weighted<'t>(tape: &'t Tape<'t, f64>, y: Var<'t, f64>, seed: f64) -> Var<'t, f64> {
    let u: Vec<f64> = (0..y.shape().len()).map(|i| (1.7 * i as f64 + seed).sin()).collect();
    (y * tape.input(y.shape(), &u)).sum()
}

/// What was checked, and how well it agreed.
#[derive(Default)]
struct Tally {
    layers: usize,
    cases: usize,
    derivatives: usize,
    apart: f64,
    worst: Option<Derivative>,
}

impl Tally {
    /// Checks a layer in all ways and shapes, at once and unrolled.
    fn check_both<S: Spec>(&mut self, what: &str, spec: impl Fn(usize) -> Recurrent<S>) {
        self.check(what, |h| spec(h).unrolled());
        self.check(what, &spec);
        self.compare(what, spec);
    }

    /// The operation for whole sequences against the loop over single steps: the loss and all gradients.
    fn compare<S: Spec>(&mut self, what: &str, spec: impl Fn(usize) -> Recurrent<S>) {
        for (shape, way) in cases() {
            self.compare_one(what, &spec, shape, way);
        }
    }

    fn compare_one<S: Spec>(
        &mut self,
        what: &str,
        spec: impl Fn(usize) -> Recurrent<S>,
        shape: [usize; 4],
        way: Way,
    ) {
        let at_once = net(spec(shape[3]), way, shape);
        let unrolled = net(spec(shape[3]).unrolled(), way, shape);
        assert!(at_once.nodes() < unrolled.nodes() || shape[1] == 1, "{what} {shape:?}: not at once");
        for (a, b) in at_once.gradients().iter().zip(unrolled.gradients()) {
            let apart = (a - b).abs() / b.abs().max(1.0);
            assert!(apart < 1e-12, "{what} {shape:?} {way:?}: at once {a:e}, unrolled {b:e}");
            self.apart = self.apart.max(apart);
        }
    }

    /// The same for so many steps that they are taken in blocks.
    fn compare_long<S: Spec>(&mut self, what: &str, spec: impl Fn(usize) -> Recurrent<S>) {
        for (shape, way) in LONG.into_iter().flat_map(|shape| WAYS.into_iter().map(move |way| (shape, way))) {
            self.compare_one(what, &spec, shape, way);
        }
    }

    /// Checks the gradients of a layer in all ways and shapes against differences.
    fn check<S: Spec>(&mut self, what: &str, spec: impl Fn(usize) -> Recurrent<S>) {
        self.layers += 1;
        for (number, (shape, way)) in cases().enumerate() {
            let net = net(spec(shape[3]), way, shape);
            let few = net.params.count() < 120 && number % 3 == 0;
            let some = Mode::Directional { directions: 2, seed: number as u64 };
            let check = GradCheck { mode: if few { Mode::Full } else { some }, ..GradCheck::default() };
            let report = check.params(|tape| net.loss(tape), &net.params);
            let report = report.unwrap_or_else(|error| panic!("{what} {shape:?} {way:?}: {error}"));
            self.cases += 1;
            self.derivatives += report.compared;
            let so_far = self.worst.as_ref().map_or(0.0, Derivative::ratio);
            self.worst = report.worst.filter(|worst| worst.ratio() > so_far).or(self.worst.take());
        }
    }
}

fn cases() -> impl Iterator<Item = ([usize; 4], Way)> {
    SHAPES.into_iter().flat_map(|shape| WAYS.into_iter().map(move |way| (shape, way)))
}

#[test]
fn many_steps_at_once_are_many_steps() {
    let mut tally = Tally::default();
    tally.compare_long("simple_rnn", SimpleRnn::pytorch);
    tally.compare_long("lstm", Lstm::pytorch);
    tally.compare_long("basic_lstm", BasicLstm::new);
    tally.compare_long("gru", Gru::new);
    tally.compare_long("gru, reset before", |h| Gru::new(h).reset(Reset::Before));
    println!("many steps: at most {:.1e} apart", tally.apart);
}

#[test]
fn every_gradient_of_every_cell_with_every_option_both_ways() {
    let mut tally = Tally::default();
    tally.check_both("simple_rnn", SimpleRnn::new);
    tally.check_both("simple_rnn, two biases", SimpleRnn::pytorch);
    tally.check_both("simple_rnn without bias", |h| SimpleRnn::new(h).bias(false));
    // relu's corner is no place for differences; the relu of single steps is checked among the operations.
    tally.compare("simple_rnn, relu", |h| SimpleRnn::new(h).activation(Activation::Relu));
    tally.check_both("lstm", Lstm::new);
    tally.check_both("lstm, two biases", Lstm::pytorch);
    tally.check_both("lstm without bias", |h| Lstm::new(h).bias(false));
    tally.check_both("basic_lstm", BasicLstm::new);
    tally.check_both("basic_lstm, forget bias 2.5", |h| BasicLstm::new(h).forget_bias(2.5));
    tally.check_both("gru", Gru::new);
    tally.check_both("gru without bias", |h| Gru::new(h).bias(false));
    tally.check_both("gru, reset before", |h| Gru::new(h).reset(Reset::Before));
    tally.check_both("gru, reset before, no bias", |h| Gru::new(h).reset(Reset::Before).bias(false));

    let sigmoid = Activation::Sigmoid;
    tally.check("simple_rnn, sigmoid", |h| SimpleRnn::new(h).activation(sigmoid));
    tally.check("lstm, softplus", |h| Lstm::new(h).activation(Activation::Softplus));
    tally.check("lstm, tanh gates", |h| Lstm::new(h).recurrent_activation(Activation::Tanh));
    tally.check("lstm, peepholes", |h| Lstm::new(h).peepholes(true));
    tally.check("lstm, projection", |h| Lstm::new(h).projection(2));
    // It acts, and no c is so near to it that a difference would cross the corner.
    tally.check("lstm, clip", |h| Lstm::new(h).cell_clip(0.6));
    tally.check("lstm, coupled", |h| Lstm::new(h).coupled_gates(true));
    tally.check("lstm, all", |h| {
        Lstm::pytorch(h).peepholes(true).projection(3).cell_clip(0.6).coupled_gates(true)
    });
    tally.check("basic_lstm, sigmoid", |h| BasicLstm::new(h).activation(sigmoid));
    tally.check("gru, sigmoid", |h| Gru::new(h).activation(sigmoid));
    tally.check("gru, tanh gates", |h| Gru::new(h).recurrent_activation(Activation::Tanh));
    tally.check("lstm, zoneout", |h| Lstm::new(h).zoneout(0.2, 0.4));
    tally.check("gru, zoneout", |h| Gru::new(h).zoneout(0.3, 0.0));
    let worst = tally.worst.unwrap();
    println!(
        "{} layers, {} cases, {} derivatives, worst {worst}; at once and unrolled at most {:.1e} apart",
        tally.layers, tally.cases, tally.derivatives, tally.apart
    );
}
