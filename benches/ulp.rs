//! The error of the vector maths, and its speed.
//!
//! `cargo bench --bench ulp` measures the error of every function at *all* 2³² `f32` and at millions of `f64`, in
//! units in the last place (ULP), and stops if one is larger than its bound. Then it measures the speed, on each
//! instruction set that the machine has, against that of copying the numbers. It takes ten minutes on two cores.
//! `cargo bench --bench ulp -- --sample` looks at every 4099th number before it measures the speed, `-- --test`
//! hardly measures that either.

#[path = "../tests/common/truth.rs"]
#[allow(dead_code, unreachable_pub)]
mod truth;

use std::hint::black_box;
use std::time::Instant;

use aligned_vec::{AVec, ConstAlign};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;
use tapeloop::simd::{self, Isa};
use truth::{FUNCTIONS, Function};

/// Numbers that one thread takes at once.
const BLOCK: u64 = 1 << 16;

/// What was found about some numbers.
#[derive(Clone, Copy, Default)]
struct Errors {
    worst: f64,
    at: f64,
    sum: f64,
    count: u64,
    /// How often a result is smaller than that of the number before.
    falls: u64,
}

impl Errors {
    fn add(&mut self, x: f64, ulp: f64) {
        if ulp > self.worst {
            (self.worst, self.at) = (ulp, x);
        }
        self.sum += ulp;
        self.count += 1;
    }

    fn and(self, other: Self) -> Self {
        let Self { worst, at, .. } = if other.worst > self.worst { other } else { self };
        let (sum, count, falls) = (self.sum + other.sum, self.count + other.count, self.falls + other.falls);
        Self { worst, at, sum, count, falls }
    }
}

/// At every `step`-th `f32`.
fn errors_f32(function: &Function, step: u64) -> Errors {
    // In ascending order: NaN, −∞, …, −0, 0, …, ∞, NaN.
    let number = |i: u64| f32::from_bits(if i < 1 << 31 { !(i as u32) } else { (i - (1 << 31)) as u32 });
    let block = |first: u64| {
        let next = first + BLOCK * step;
        let x: Vec<f32> = (first..=next.min(u32::MAX.into())).step_by(step as usize).map(number).collect();
        let mut y = vec![0.0; x.len()];
        (function.of_f32s)(&x, &mut y);
        let mut errors = Errors::default();
        for (&x, &y) in x.iter().zip(&y) {
            errors.add(x.into(), truth::ulp_f32(y, (function.standard)(x.into())));
        }
        errors.falls = y.windows(2).filter(|y| y[1] < y[0]).count() as u64;
        errors
    };
    let blocks = (1_u64 << 32).div_ceil(BLOCK * step);
    (0..blocks).into_par_iter().map(|i| block(i * BLOCK * step)).reduce(Errors::default, Errors::and)
}

/// At `blocks` times 65,536 `f64` of all sizes, but more of those where something happens.
fn errors_f64(function: &Function, blocks: u64) -> Errors {
    let block = |seed: u64| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut number = || match rng.random_range(0..6) {
            0 => f64::from_bits(rng.random()),
            1 => rng.random_range(-1.0..1.0),
            2 => rng.random_range(-20.0..20.0),
            3 => rng.random_range(-750.0..750.0),
            4 => rng.random_range(-40_f64..5.0).exp(),
            _ => -rng.random_range(-40_f64..5.0).exp(),
        };
        let x: Vec<f64> = (0..BLOCK).map(|_| number()).collect();
        let mut y = vec![0.0; x.len()];
        (function.of_f64s)(&x, &mut y);
        let mut errors = Errors::default();
        x.iter().zip(&y).for_each(|(&x, &y)| errors.add(x, truth::ulp_f64(y, function.truth(x))));
        errors
    };
    (0..blocks).into_par_iter().map(block).reduce(Errors::default, Errors::and)
}

fn report(function: &Function, float: &str, errors: Errors, bound: f64, falls: &str) {
    let Errors { worst, at, sum, count, .. } = errors;
    let mean = sum / count as f64;
    println!("| {} | {float} | {worst:.3} | {at:e} | {mean:.3} | {falls} |", function.name);
    assert!(worst <= bound, "{}: {worst} ULP at {at:e}, more than {bound}", function.name);
}

/// Seconds that `run` takes.
fn time(mut run: impl FnMut()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64()
}

/// Medians over `rounds`, in each of which all functions and a copy take turns; and the ratios to the copy of the same
/// round: median, and what 10 % and 90 % of the rounds stay below.
macro_rules! speeds {
    ($name:ident, $float:ident, $of:ident) => {
        fn $name(isa: Isa, rounds: usize) {
            const LEN: usize = 16_384;
            const REPEATS: usize = 20;
            let numbers = |f: fn(usize) -> f64| -> AVec<$float, ConstAlign<64>> {
                AVec::from_iter(64, (0..LEN).map(|i| f(i) as $float))
            };
            let x = numbers(|i| (i * 7919 % LEN) as f64 / LEN as f64 * 10.0 - 5.0);
            let positive = numbers(|i| 0.01 + (i * 7919 % LEN) as f64);
            let mut y = numbers(|_| 0.0);
            let mut times = vec![Vec::new(); FUNCTIONS.len() + 1];
            for _ in 0..rounds {
                times[0].push(time(|| {
                    (0..REPEATS).for_each(|_| black_box(&mut y[..]).copy_from_slice(black_box(&x)))
                }));
                for (times, function) in times[1..].iter_mut().zip(FUNCTIONS) {
                    let x = if function.name.starts_with("ln") { &positive } else { &x };
                    times.push(time(|| {
                        (0..REPEATS).for_each(|_| (function.$of)(black_box(x), black_box(&mut y)))
                    }));
                }
            }
            let sorted = |mut x: Vec<f64>| {
                x.sort_by(f64::total_cmp);
                x
            };
            let speed = |times: &[f64]| (LEN * REPEATS) as f64 / 1e9 / sorted(times.to_vec())[rounds / 2];
            let float = stringify!($float);
            println!("| {isa:?} | {float} | copy | {:.2} | 1 |", speed(&times[0]));
            for (function, of_function) in FUNCTIONS.iter().zip(&times[1..]) {
                let ratios =
                    sorted(of_function.iter().zip(&times[0]).map(|(time, copy)| time / copy).collect());
                let [low, median, high] =
                    [rounds / 10, rounds / 2, rounds - 1 - rounds / 10].map(|i| ratios[i]);
                let (name, speed) = (function.name, speed(of_function));
                println!("| {isa:?} | {float} | {name} | {speed:.2} | {median:.2} ({low:.2}–{high:.2}) |");
            }
        }
    };
}

speeds!(speeds_f32, f32, of_f32s);
speeds!(speeds_f64, f64, of_f64s);

fn main() {
    let has = |option| std::env::args().any(|argument| argument == option);
    let test = has("--test");
    let sample = test || has("--sample");
    println!(
        "| function | type | largest error, ULP | at | mean | falls |\n| --- | --- | --- | --- | --- | --- |"
    );
    for function in FUNCTIONS {
        eprintln!("{} …", function.name);
        let errors = errors_f32(function, if sample { 4099 } else { 1 });
        report(function, "f32", errors, function.bounds[0], &errors.falls.to_string());
        report(function, "f64", errors_f64(function, if sample { 2 } else { 256 }), function.bounds[1], "");
    }
    println!("\n| ISA | type | function | Gelem/s | copies |\n| --- | --- | --- | --- | --- |");
    for isa in Isa::available() {
        eprintln!("{isa:?} …");
        simd::limit(isa);
        // One by one they are calls of a library.
        let rounds = if test || isa == Isa::Scalar { 3 } else { 201 };
        speeds_f32(isa, rounds);
        speeds_f64(isa, rounds);
    }
}
