//! One product by every library: verified, then timed in turns.

use std::time::{Duration, Instant};

use aligned_vec::{AVec, ConstAlign};
use pulp::Arch;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tapeloop::Real;

use crate::number::Number;
use crate::openblas::OpenBlas;
use crate::product::Product;
use crate::{ours, peak, peers};

/// Numbers that start where a vector register's worth of memory does: no library is at a disadvantage.
type Aligned<R> = AVec<R, ConstAlign<64>>;

/// About what one sample takes; a longer call is a sample of its own.
const SAMPLE: Duration = Duration::from_millis(4);
/// Between two samples: until all threads of the last library sleep.
const PAUSE: Duration = Duration::from_millis(1);

/// What the operands of a product are.
pub struct Problem<R> {
    pub product: Product,
    pub a: Aligned<R>,
    pub b: Aligned<R>,
}

impl<R: Number> Problem<R> {
    /// By what `C` is multiplied before the product is added.
    pub fn beta(&self) -> R {
        if self.product.accumulates() { <R as Real>::ONE } else { <R as Real>::ZERO }
    }
}

/// A library's way to compute a product, all but `C` given.
pub type Call<'a, R> = Box<dyn Fn(&mut [R]) + 'a>;

/// Something to time.
pub struct Entrant<'a, R> {
    pub name: String,
    /// Floating-point operations of one call.
    pub flop: f64,
    pub call: Call<'a, R>,
}

/// What was measured of one product.
#[derive(Serialize, Deserialize)]
pub struct Record {
    #[serde(flatten)]
    pub product: Product,
    pub dtype: String,
    pub threads: usize,
    /// The peak, tapeloop, and then the peers.
    pub entrants: Vec<Samples>,
}

/// GFLOP/s, round by round.
#[derive(Serialize, Deserialize)]
pub struct Samples {
    pub name: String,
    pub gflops: Vec<f64>,
}

/// Verifies and times `product`. To be called inside a pool of `threads` threads.
pub fn product<R: Number>(
    product: Product,
    threads: usize,
    rounds: usize,
    openblas: Option<&OpenBlas>,
) -> Result<Record, String> {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut random = |n: usize| -> Aligned<R> {
        Aligned::from_iter(64, (0..n).map(|_| Real::from_f64(rng.random_range(-1.0..1.0))))
    };
    let problem = Problem { product, a: random(product.m * product.k), b: random(product.k * product.n) };
    let mut c = random(product.m * product.n);

    let mut entrants = vec![ours::entrant(&problem)];
    entrants.extend(peers::entrants(&problem, threads, openblas));
    let truth = reference(&problem);
    for entrant in &entrants {
        verify(entrant, &problem, &truth, &mut c)?;
    }

    // Sums that are added to grow by less than K at every call: never to ∞.
    c.fill(Real::from_f64(0.0));
    entrants.insert(0, peak::entrant(threads));
    let calls: Vec<usize> = entrants.iter().map(|entrant| calls_of_a_sample(entrant, &mut c)).collect();
    let mut samples: Vec<Vec<f64>> = vec![Vec::with_capacity(rounds); entrants.len()];
    for round in 0..rounds {
        for turn in 0..entrants.len() {
            let i = (round + turn) % entrants.len();
            std::thread::sleep(PAUSE);
            if calls[i] > 1 {
                (entrants[i].call)(&mut c); // wakes its threads, fills the caches
            }
            let flop = entrants[i].flop * calls[i] as f64;
            samples[i].push(flop / time(&entrants[i], calls[i], &mut c).as_secs_f64() / 1e9);
        }
    }
    let named = |(entrant, gflops): (Entrant<'_, R>, _)| Samples { name: entrant.name, gflops };
    let entrants = entrants.into_iter().zip(samples).map(named).collect();
    Ok(Record { product, dtype: R::NAME.into(), threads, entrants })
}

fn time<R>(entrant: &Entrant<'_, R>, calls: usize, c: &mut [R]) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        (entrant.call)(c);
    }
    start.elapsed()
}

fn calls_of_a_sample<R>(entrant: &Entrant<'_, R>, c: &mut [R]) -> usize {
    let mut calls = 1;
    loop {
        let taken = time(entrant, calls, c);
        if taken >= SAMPLE / 2 {
            return (calls as f64 * SAMPLE.as_secs_f64() / taken.as_secs_f64()).round().max(1.0) as usize;
        }
        calls *= 2;
    }
}

/// Compares with the definition every number of the result, over a `C` that held something: what must be
/// added to, or NaN where it is to be replaced.
fn verify<R: Number>(
    entrant: &Entrant<'_, R>,
    problem: &Problem<R>,
    truth: &[f64],
    c: &mut [R],
) -> Result<(), String> {
    let p = problem.product;
    let before = if p.accumulates() { 0.5 } else { 0.0 };
    c.fill(Real::from_f64(if p.accumulates() { before } else { f64::NAN }));
    (entrant.call)(c);
    // K terms, each at most 1, and roundings that mostly cancel.
    let allowed = (p.k + 1) as f64 * <R as Number>::EPSILON;
    for (i, (c, truth)) in c.iter().zip(truth).enumerate() {
        let (got, want) = (Real::to_f64(*c), truth + before);
        let right = (got - want).abs() <= allowed; // not so for NaN
        if !right {
            let (row, column) = (i / p.n, i % p.n);
            return Err(format!(
                "{}, {p} {}: row {row}, column {column} is {got}, not {want}",
                entrant.name,
                R::NAME
            ));
        }
    }
    Ok(())
}

/// The definition, in f64: eight rows of `C` for one pass over `B`.
fn reference<R: Number>(problem: &Problem<R>) -> Vec<f64> {
    let p = problem.product;
    let at = |(row, column): (isize, isize), i: usize, j: usize| i * row as usize + j * column as usize;
    let b = |i: usize| Real::to_f64(problem.b[at(p.b_strides(), i / p.n, i % p.n)]);
    let b: Vec<f64> = (0..p.k * p.n).map(b).collect();
    let mut c = vec![0.0; p.m * p.n];
    c.par_chunks_mut(8 * p.n).enumerate().for_each(|(block, c)| {
        Arch::new().dispatch(|| {
            for (k, b) in b.chunks(p.n).enumerate() {
                for (i, c) in (8 * block..).zip(c.chunks_mut(p.n)) {
                    let a = Real::to_f64(problem.a[at(p.a_strides(), i, k)]);
                    c.iter_mut().zip(b).for_each(|(c, b)| *c += a * b);
                }
            }
        });
    });
    c
}
