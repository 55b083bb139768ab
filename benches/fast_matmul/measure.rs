//! Verifying, and timing in turns.

use std::fmt;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rayon::ThreadPool;

use crate::Step;
use crate::machine::{fma_peak, read};
use crate::panels::Lines;

/// Rounds; in each, every step has a turn.
const ROUNDS: usize = 15;
/// What one sample takes, or a little more; a longer call is a sample of its own.
const SAMPLE: Duration = Duration::from_millis(4);
/// Steps with longer calls have a turn in every fifth round only.
const SLOW: Duration = Duration::from_millis(300);
/// An array begins somewhere: so many numbers behind a cache line, as large `Vec`s do.
const OFF: usize = 4;

/// `A` and `B`, and what their product is.
pub struct Operands {
    /// `M`, `K`, `N`
    pub size: [usize; 3],
    a: Lines,
    b: Lines,
    product: Vec<f64>,
}

impl Operands {
    pub fn new(size: [usize; 3]) -> Self {
        let [m, depth, n] = size;
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let mut random = |len: usize| {
            let mut numbers = || rng.random_range(-1.0..1.0);
            Lines::from_iter(64, (0..OFF + len).map(|_| numbers()))
        };
        let (a, b) = (random(m * depth), random(depth * n));
        let mut product = vec![0.0; m * n];
        for (a, product) in a[OFF..].chunks(depth).zip(product.chunks_mut(n)) {
            for (&a, b) in a.iter().zip(b[OFF..].chunks(n)) {
                product.iter_mut().zip(b).for_each(|(c, &b)| *c += f64::from(a) * f64::from(b));
            }
        }
        Self { size, a, b, product }
    }

    pub fn a(&self) -> &[f32] {
        &self.a[OFF..]
    }

    pub fn b(&self) -> &[f32] {
        &self.b[OFF..]
    }

    fn flop(&self) -> f64 {
        2.0 * self.size.iter().product::<usize>() as f64
    }

    /// Every number of every step against a sum in f64; and bit by bit against the first step that rounds
    /// as it does.
    pub fn verify(&self, steps: &mut [Step<'_>]) {
        let mut first: [Option<Vec<u32>>; 2] = [None, None];
        for step in steps {
            let mut c = vec![0.5; self.product.len()];
            step.pool.install(|| (step.run)(self, &mut c));
            // K + 1 terms, none larger than 1, and roundings that mostly cancel.
            let allowed = (self.size[1] + 1) as f64 * f64::from(f32::EPSILON);
            for (i, (&c, product)) in c.iter().zip(&self.product).enumerate() {
                let apart = (f64::from(c) - (product + 0.5)).abs();
                assert!(apart <= allowed, "{}, {:?}: element {i} is {apart} off", step.name, self.size);
            }
            let bits: Vec<u32> = c.iter().map(|c| c.to_bits()).collect();
            let expected = first[usize::from(step.fused)].get_or_insert_with(|| bits.clone());
            assert!(bits == *expected, "{}, {:?}: not the same bits", step.name, self.size);
        }
    }
}

/// GFLOP/s, from the smallest to the largest.
pub struct Samples(Vec<f64>);

impl Samples {
    pub fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, median, high] = [self.0[0], self.median(), self.0[self.0.len() - 1]];
        write!(f, "{median:7.2} [{low:7.2} – {high:7.2}]")
    }
}

/// The time that a step takes: of one thread its processor time, in which others who use the machine do
/// not count; of several threads the time that passes.
fn time(pool: &ThreadPool, mut run: impl FnMut() + Send) -> Duration {
    pool.install(|| {
        let (start, of_thread) = (Instant::now(), ThreadTime::now());
        run();
        if pool.current_num_threads() == 1 { of_thread.elapsed() } else { start.elapsed() }
    })
}

/// The peaks of one and of all threads, and the steps.
pub fn all_rounds(operands: &Operands, steps: &mut [Step<'_>]) -> ([Samples; 2], Vec<Samples>) {
    let mut c = vec![0.0; OFF + operands.product.len()];
    let pools = [steps[0].pool, steps[steps.len() - 1].pool];
    let mut peaks = [Vec::new(), Vec::new()];
    let mut samples = vec![Vec::new(); steps.len()];
    let longest: Vec<_> =
        steps.iter_mut().map(|s| time(s.pool, || (s.run)(operands, &mut c[OFF..]))).collect();
    for round in 0..ROUNDS {
        for turn in 0..steps.len() {
            let i = (round + turn) % steps.len();
            if longest[i] > SLOW && round % 5 > 0 {
                continue;
            }
            let step = &mut steps[i];
            let (mut calls, mut taken) = (0, Duration::ZERO);
            while taken < SAMPLE {
                let more = 1 + calls;
                taken += time(step.pool, || (0..more).for_each(|_| (step.run)(operands, &mut c[OFF..])));
                calls += more;
            }
            samples[i].push(f64::from(calls) * operands.flop() / taken.as_secs_f64() / 1e9);
        }
        for (pool, peak) in pools.iter().zip(&mut peaks) {
            let mut flop = 0.0;
            let taken = time(pool, || {
                for _ in 0..20 {
                    flop += pool.broadcast(|_| fma_peak::<f32>()).iter().sum::<f64>();
                }
            });
            peak.push(flop / taken.as_secs_f64() / 1e9);
        }
    }
    let sorted = |mut samples: Vec<f64>| {
        samples.sort_by(f64::total_cmp);
        Samples(samples)
    };
    (peaks.map(sorted), samples.into_iter().map(sorted).collect())
}

/// GB/s of one thread that reads so many bytes again and again.
pub fn bandwidth(bytes: usize) -> f64 {
    let data = Lines::from_iter(64, (0..bytes / 4).map(|i| i as f32));
    let times = ((1 << 28) / bytes).max(1);
    read(&data, 1);
    let mut measured: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = ThreadTime::now();
            read(&data, times);
            (times * bytes) as f64 / start.elapsed().as_secs_f64() / 1e9
        })
        .collect();
    measured.sort_by(f64::total_cmp);
    measured[ROUNDS / 2]
}
