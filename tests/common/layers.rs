//! Recurrent layers called in every way: their gradients against differences, and whole sequences at once against single
//! steps.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use tapeloop::check::{Derivative, GradCheck, Mode};
use tapeloop::nn::{Call, Cell, Recurrent, Spec, State};
use tapeloop::{Init, Memory, Param, Params, Tape, Var};

/// How a layer is called.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    pub sequences: bool,
    pub backwards: bool,
    pub zero_output: bool,
    pub dropout: bool,
    pub mask: Option<Mask>,
}

#[derive(Clone, Copy, Debug)]
pub enum Mask {
    Lengths,
    Gaps,
    Nothing,
}

pub const PLAIN: Way =
    Way { sequences: true, backwards: false, zero_output: false, dropout: false, mask: None };

pub const WAYS: [Way; 9] = [
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
pub const SHAPES: [[usize; 4]; 10] = [
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

/// The same, of so many rows and steps, and so many inputs, that they are taken in several blocks, of different lengths; or of so many rows that each
/// half of them has gradients of its own for the weights, or both.
pub const LONG: [[usize; 4]; 6] = [
    [3, 201, 300, 2],
    [301, 3, 300, 2],
    [1, 601, 300, 1],
    [49, 4, 2, 3],
    [49, 20, 300, 2], // a half of 24 rows is one block, one of 25 two
    [49, 670, 1, 2],  // an LSTM: 24 rows take one block of more numbers than two of 25
];

/// Cells with a relu in their recurrence. A difference across its corner says nothing about the gradient.
const CORNERS: [&str; 3] = ["ind_rnn", "ligru", "unitary_rnn"];

/// A net around a layer: everything that it reads is a parameter, so that every gradient is checked.
pub struct Net<C> {
    pub layer: Recurrent<C>,
    pub params: Params<f64>,
    x: Param,
    initial: Vec<Param>,
    mask: Option<Vec<bool>>,
    training: Option<u64>,
}

pub fn net<S: Spec>(spec: Recurrent<S>, way: Way, shape: [usize; 4]) -> Net<S::Cell> {
    net_from(3, spec, way, shape)
}

fn net_from<S: Spec>(seed: u64, spec: Recurrent<S>, way: Way, [b, t, i, _]: [usize; 4]) -> Net<S::Cell> {
    let mut params = Params::<f64>::new(seed);
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
    let initial: Vec<_> =
        shapes.iter().enumerate().map(|(i, &s)| params.add(format!("s_{i}"), s, normal)).collect();
    if let Some(divisor) = divisor(S::kind()) {
        params[initial[divisor]].iter_mut().for_each(|s| *s = 0.3 + s.abs());
    }
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

/// Which variable of a cell's state is divided by: a sum of exponentials. Where it is 0 or less, no sequence leads.
fn divisor(kind: &str) -> Option<usize> {
    match kind {
        "Slstm" => Some(2), // n
        "Rwkv" => Some(3),  // b
        _ => None,
    }
}

impl<C: Cell> Net<C> {
    /// A loss that depends on the output and on the last state, each element with a weight of its own. Others read what the layer reads, too: the
    /// input and the initial state have a summand of their own, and the same weights run through the input a second time. What a layer doesn't add to
    /// a gradient, but overwrites, is missing then.
    pub fn loss<'t>(&self, tape: &'t Tape<'t, f64>) -> Var<'t, f64> {
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
        let again = self.layer.run(x, Call { training: self.training, ..Call::default() });
        let read =
            self.initial.iter().zip(3_u8..).map(|(&s, i)| weighted(tape, tape.param(s), 0.1 * f64::from(i)));
        let read = read.fold(weighted(tape, x, 0.7), |sum, more| sum + more);
        loss + weighted(tape, again.output, 0.5) + read
    }

    /// The gradients, added to what was there, and the loss.
    pub fn gradients(&self) -> Vec<f64> {
        let tape = Tape::new(&self.params, Memory::new());
        let loss = self.loss(&tape);
        let mut grads = self.params.zero_gradients();
        grads.flat_mut().fill(0.5);
        tape.backward(loss, &mut grads);
        grads.flat().iter().copied().chain([loss.item()]).collect()
    }

    pub fn nodes(&self) -> usize {
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
pub struct Tally {
    pub layers: usize,
    pub cases: usize,
    pub derivatives: usize,
    /// How many of the cases took smaller differences.
    pub closer: usize,
    pub apart: f64,
    pub worst: Option<Derivative>,
}

impl Tally {
    /// Checks a layer in all ways and shapes, at once and unrolled.
    pub fn check_both<S: Spec + Copy>(&mut self, what: &str, spec: impl Fn(usize) -> Recurrent<S>) {
        self.check(what, |h| spec(h).unrolled());
        self.check(what, &spec);
        self.compare(what, spec);
    }

    /// The operation for whole sequences against the loop over single steps: the loss and all gradients.
    pub fn compare<S: Spec>(&mut self, what: &str, spec: impl Fn(usize) -> Recurrent<S>) {
        for (shape, way) in cases() {
            self.compare_one(what, spec(shape[3]), spec(shape[3]), shape, way);
        }
    }

    pub fn compare_one<S: Spec>(
        &mut self,
        what: &str,
        at_once: Recurrent<S>,
        unrolled: Recurrent<S>,
        shape: [usize; 4],
        way: Way,
    ) {
        let at_once = net(at_once, way, shape);
        let unrolled = net(unrolled.unrolled(), way, shape);
        assert!(at_once.nodes() < unrolled.nodes() || shape[1] == 1, "{what} {shape:?}: not at once");
        for (a, b) in at_once.gradients().iter().zip(unrolled.gradients()) {
            let apart = (a - b).abs() / b.abs().max(1.0);
            assert!(apart < 1e-12, "{what} {shape:?} {way:?}: at once {a:e}, unrolled {b:e}");
            self.apart = self.apart.max(apart);
        }
    }

    /// The same for so many steps that they are taken in blocks.
    pub fn compare_long<S: Spec>(&mut self, what: &str, spec: impl Fn(usize) -> Recurrent<S>) {
        for (shape, way) in LONG.into_iter().flat_map(|shape| WAYS.into_iter().map(move |way| (shape, way))) {
            self.compare_one(what, spec(shape[3]), spec(shape[3]), shape, way);
        }
    }

    /// Checks the gradients of a layer in all ways and shapes against differences.
    pub fn check<S: Spec + Copy>(&mut self, what: &str, spec: impl Fn(usize) -> Recurrent<S>) {
        self.layers += 1;
        for (number, (shape, way)) in cases().enumerate() {
            self.check_one(what, spec(shape[3]), shape, way, number);
        }
    }

    /// All derivatives of every third small case, of the others two directions.
    pub fn check_one<S: Spec + Copy>(
        &mut self,
        what: &str,
        spec: Recurrent<S>,
        shape: [usize; 4],
        way: Way,
        number: usize,
    ) {
        // Close to a corner, or where it bends much (layer norm of a row of nearly equal numbers), differences must be smaller to be as good.
        // Those of a relu amplify what they pass on, and with it the differences: then there may be another one with other weights, states and inputs.
        let seeds = if CORNERS.contains(&what) { 3..7 } else { 3..4 };
        let mut tries = seeds.flat_map(|seed| [GradCheck::default().eps, 1e-5, 1e-6].map(|eps| (seed, eps)));
        let at = |(seed, eps)| {
            let net = net_from(seed, spec, way, shape);
            let few = net.params.count() < 120 && number.is_multiple_of(3);
            let some = Mode::Directional { directions: 2, seed: number as u64 };
            let mode = if few { Mode::Full } else { some };
            GradCheck { eps, mode, ..GradCheck::default() }.params(|tape| net.loss(tape), &net.params)
        };
        let first = at(tries.next().expect("a try"));
        self.closer += usize::from(first.is_err());
        let report = tries.fold(first, |report, again| report.or_else(|_| at(again)));
        let report = report.unwrap_or_else(|error| panic!("{what} {shape:?} {way:?}: {error}"));
        self.cases += 1;
        self.derivatives += report.compared;
        let so_far = self.worst.as_ref().map_or(0.0, Derivative::ratio);
        self.worst = report.worst.filter(|worst| worst.ratio() > so_far).or(self.worst.take());
    }
}

pub fn cases() -> impl Iterator<Item = ([usize; 4], Way)> {
    SHAPES.into_iter().flat_map(|shape| WAYS.into_iter().map(move |way| (shape, way)))
}
