//! What every op and every loss must pass.

use std::collections::BTreeSet;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal, Uniform};
use tapeloop::check::{Derivative, GradCheck, Mode};
use tapeloop::{Array, Memory, Params, Shape, Tape, Var};

/// The op under test.
pub type Function<'f> = &'f dyn for<'t> Fn(&'t Tape<'t, f64>, &[Var<'t, f64>]) -> Var<'t, f64>;

/// Draws the numbers of all inputs.
pub type Draw = fn(&mut ChaCha8Rng, usize) -> Vec<f64>;

/// Any number, mostly near 0.
pub fn normal(rng: &mut ChaCha8Rng, count: usize) -> Vec<f64> {
    StandardNormal.sample_iter(rng).take(count).collect()
}

/// Numbers in [0.5, 2): for logarithms, roots, divisors.
pub fn positive(rng: &mut ChaCha8Rng, count: usize) -> Vec<f64> {
    Uniform::new(0.5, 2.0).unwrap().sample_iter(rng).take(count).collect()
}

/// Numbers in [−4, 4), none within 0.01 of a corner at 0, ±½, ±2½ or ±3.
pub fn off_corners(rng: &mut ChaCha8Rng, count: usize) -> Vec<f64> {
    let smooth = |x: &f64| [0.0, 0.5, 2.5, 3.0].iter().all(|corner| (x.abs() - corner).abs() > 0.01);
    Uniform::new(-4.0, 4.0).unwrap().sample_iter(rng).filter(smooth).take(count).collect()
}

/// Numbers in [−4, 4), none within 0.01 of a whole one.
pub fn off_jumps(rng: &mut ChaCha8Rng, count: usize) -> Vec<f64> {
    let smooth = |x: &f64| (x - x.round()).abs() > 0.01;
    Uniform::new(-4.0, 4.0).unwrap().sample_iter(rng).filter(smooth).take(count).collect()
}

/// Numbers of which no two are closer than 0.1: for maxima.
pub fn distinct(rng: &mut ChaCha8Rng, count: usize) -> Vec<f64> {
    let mut numbers: Vec<f64> = (0..count).map(|i| 0.1 * i as f64 - 1.0).collect();
    numbers.shuffle(rng);
    numbers
}

/// Up to this many numbers, each partial derivative is checked; of more, only directions.
const FEW: usize = 40;

/// What was checked so far, and how well it agreed.
#[derive(Default)]
pub struct Checks {
    /// The names of the ops.
    pub ops: BTreeSet<String>,
    /// The number of derivatives compared.
    pub compared: usize,
    /// The one furthest from the differences, and where.
    pub worst: Option<(String, Derivative)>,
}

impl Checks {
    /// Checks an op with inputs of these shapes:
    /// - its gradients are what differences say, also if the same variable is in every slot;
    /// - they are added to what is in the gradients already;
    /// - a slot that wants no gradient gets none, and changes nothing for the others.
    #[track_caller]
    pub fn check(&mut self, draw: Draw, shapes: &[&[usize]], f: Function<'_>) {
        let sizes: Vec<Shape> = shapes.iter().map(|sizes| Shape::new(sizes)).collect();
        let count = sizes.iter().map(Shape::len).sum();
        for seed in 0..if count <= FEW { 3 } else { 1 } {
            let mut numbers = draw(&mut ChaCha8Rng::seed_from_u64(seed), count).into_iter();
            let mut array = |shape: Shape| Array::new(shape, numbers.by_ref().take(shape.len()).collect());
            let inputs: Vec<Array<f64>> = sizes.iter().map(|&shape| array(shape)).collect();

            let (op, terms) = name_and_len(&inputs, f);
            let what = format!("{op} of shapes {sizes:?}, seed {seed}");
            self.ops.insert(op);
            self.compare(&what, &inputs, f);
            if inputs.len() > 1 && sizes.iter().all(|size| *size == sizes[0]) {
                let what = format!("{what}, one variable in all slots");
                self.compare(&what, &inputs[..1], &|tape, v| f(tape, &vec![v[0]; inputs.len()]));
            }
            let alone = gradients(&inputs, |_| false, false, f);
            adds_to_gradients(&what, &inputs, &alone, terms, f);
            skips_constants(&what, &inputs, &alone, f);
        }
    }

    /// Reverse mode against central differences: each partial derivative, or, if there are many,
    /// directions.
    #[track_caller]
    fn compare(&mut self, what: &str, inputs: &[Array<f64>], f: Function<'_>) {
        let count = inputs.iter().map(|x| x.data().len()).sum::<usize>();
        let mode = if count <= FEW { Mode::Full } else { Mode::Directional { directions: 2, seed: 1 } };
        let check = GradCheck { mode, ..GradCheck::default() };
        let report = check.inputs(|tape, v| weighted(tape, f(tape, v)), inputs);
        let report = report.unwrap_or_else(|error| panic!("{what}: {error}"));
        self.compared += report.compared;
        let so_far = self.worst.as_ref().map_or(0.0, |(_, worst)| worst.ratio());
        if let Some(worst) = report.worst.filter(|worst| worst.ratio() > so_far) {
            self.worst = Some((what.to_string(), worst));
        }
    }
}

/// `Σ u·y`, with fixed random numbers `u`: a loss whose `∂L/∂y` is `u`.
fn weighted<'t>(tape: &'t Tape<'t, f64>, y: Var<'t, f64>) -> Var<'t, f64> {
    let u = normal(&mut ChaCha8Rng::seed_from_u64(99), y.shape().len());
    (y * tape.input(y.shape(), &u)).sum()
}

/// The op's name, as a variable prints it, and the number of elements of its result.
fn name_and_len(inputs: &[Array<f64>], f: Function<'_>) -> (String, usize) {
    let params = Params::new(0);
    let tape = Tape::new(&params, Memory::new());
    let vars: Vec<_> = inputs.iter().map(|x| tape.variable(x)).collect();
    let y = f(&tape, &vars);
    (format!("{y:?}").split('#').next().unwrap().to_string(), y.shape().len())
}

/// The gradient by each input of `Σ u·f(x)`; plus, if `fan_out`, `Σ w·x` with `w = 1, 2, 3, …` for
/// every input. Those terms come later on the tape, so backward adds their part first, and the op
/// finds it in the gradients.
fn gradients(
    inputs: &[Array<f64>],
    constant: impl Fn(usize) -> bool,
    fan_out: bool,
    f: Function<'_>,
) -> Vec<Vec<f64>> {
    let params = Params::new(0);
    let tape = Tape::new(&params, Memory::new());
    let leaf = |(i, x): (usize, &Array<f64>)| {
        if constant(i) { tape.input(x.shape(), x.data()) } else { tape.variable(x) }
    };
    let vars: Vec<Var<'_, f64>> = inputs.iter().enumerate().map(leaf).collect();
    let mut loss = weighted(&tape, f(&tape, &vars));
    for x in vars.iter().filter(|_| fan_out) {
        loss = loss + (*x * tape.input(x.shape(), &ramp(x.shape().len()))).sum();
    }
    tape.backward(loss, &mut params.zero_gradients());
    // A constant has none; that nobody wrote into it either, `backward` sees to by not handing it out.
    vars.iter().map(|x| if x.needs_grad() { x.grad() } else { Vec::new() }).collect()
}

fn ramp(len: usize) -> Vec<f64> {
    (1..=len).map(|i| i as f64).collect()
}

/// A gradient of up to `terms` terms, each of which may be rounded once more, and differently, if the
/// sum starts at `w` and not at 0.
#[track_caller]
fn adds_to_gradients(what: &str, inputs: &[Array<f64>], alone: &[Vec<f64>], terms: usize, f: Function<'_>) {
    let fanned = gradients(inputs, |_| false, true, f);
    for (i, (alone, fanned)) in alone.iter().zip(&fanned).enumerate() {
        for ((&alone, &fanned), w) in alone.iter().zip(fanned).zip(ramp(alone.len())) {
            let allowed = terms as f64 * f64::EPSILON * (w + alone.abs());
            let right = (fanned - (alone + w)).abs() <= allowed;
            assert!(right, "{what}, input {i}: {alone} and {w} add up to {fanned}");
        }
    }
}

#[track_caller]
fn skips_constants(what: &str, inputs: &[Array<f64>], all: &[Vec<f64>], f: Function<'_>) {
    for constant in 0..inputs.len() {
        let some = gradients(inputs, |i| i == constant, false, f);
        for (i, (all, some)) in all.iter().zip(&some).enumerate() {
            if i == constant {
                assert!(some.is_empty(), "{what}: constant {i} has a gradient: {some:?}");
            } else {
                assert_eq!(all, some, "{what}: gradient {i} changes if input {constant} is constant");
            }
        }
    }
    let none = gradients(inputs, |_| true, false, f);
    assert!(none.iter().all(Vec::is_empty), "{what}: only constants, but a gradient: {none:?}");
}
