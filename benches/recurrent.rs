//! A training step of each recurrent layer: all time steps as one operation, and one by one; beside the peak of the machine.
//!
//! `cargo bench --bench recurrent -- [--threads N] [--rounds N] [--only TEXT]`
//!
//! All are timed in turns, in one run. Floating-point operations are those of the products: `6·B·T·G·H·(I + H)` forwards
//! and backwards, with `G` gates; the gradient of `x` is computed, too.

#[path = "fast_matmul/machine.rs"]
#[allow(dead_code)]
mod machine;

use std::time::{Duration, Instant};

use clap::Parser;
use cpu_time::ThreadTime;
use tapeloop::nn::{BasicLstm, Gru, Lstm, Recurrent, Reset, SimpleRnn, Spec};
use tapeloop::{Array, Memory, Params, Tape};

#[derive(Parser)]
struct Args {
    /// Threads of the pool in which everything runs.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// How often each has a turn.
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Only lines that contain this.
    #[arg(long, default_value = "")]
    only: String,
    /// Compute everything once, and time nothing.
    #[arg(long)]
    test: bool,
    /// What `cargo bench` says; ignored.
    #[arg(long, hide = true)]
    bench: bool,
}

/// B, T, I, H
const SIZES: [[usize; 4]; 11] = [
    [1, 1, 10, 10],
    [1, 1, 512, 512],
    [4, 3, 512, 512],
    [3, 4, 1, 10],
    [10, 10, 1, 20],
    [10, 10, 20, 20],
    [1, 10, 100, 100],
    [50, 28, 28, 128],
    [128, 100, 32, 32],
    [32, 50, 128, 128],
    [64, 50, 512, 512],
];

/// What a sample takes, or a little more.
const SAMPLE: Duration = Duration::from_millis(20);

fn main() {
    let args = Args::parse();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.max(1)).build().expect("a pool");
    println!("{} threads; µs a call: median [from – to]", pool.current_num_threads());
    pool.install(|| {
        for size in SIZES {
            let h = size[3];
            compare(&args, "simple_rnn", 1, SimpleRnn::new(h), size);
            compare(&args, "lstm", 4, Lstm::new(h), size);
            compare(&args, "basic_lstm", 4, BasicLstm::new(h), size);
            compare(&args, "gru", 3, Gru::new(h), size);
            compare(&args, "gru, reset before", 3, Gru::new(h).reset(Reset::Before), size);
        }
    });
}

fn compare<S: Spec + Copy>(args: &Args, name: &str, gates: usize, layer: Recurrent<S>, size: [usize; 4]) {
    let what = format!("{name} {size:?}");
    if !what.contains(&args.only) {
        return;
    }
    let [mut at_once, mut unrolled] = [layer, layer.unrolled()].map(|layer| Net::new(layer, size));
    let (loss, expected) = (at_once.step(), unrolled.step());
    assert!((loss - expected).abs() <= 1e-4 * expected.abs().max(1.0), "{what}: {loss}, not {expected}");
    for (a, b) in at_once.grads.flat().iter().zip(unrolled.grads.flat()) {
        assert!((a - b).abs() <= 1e-2 * b.abs().max(1.0), "{what}: a gradient is {a}, not {b}");
    }
    if args.test {
        return println!("{what}: the same");
    }

    let mut flop = 0.0;
    let mut peak = || flop = rayon::broadcast(|_| machine::fma_peak()).iter().sum();
    let mut samples = [(); 3].map(|()| Vec::with_capacity(args.rounds));
    for round in 0..args.rounds {
        samples[0].push(time(args, &mut peak));
        // Who is first finds the clock and the caches as the peak left them: in turns.
        for which in if round % 2 == 0 { [1, 2] } else { [2, 1] } {
            let mut step = || if which == 1 { at_once.step() } else { unrolled.step() };
            samples[which].push(time(args, &mut || _ = step()));
        }
    }
    let [peak, at_once, unrolled] = samples.map(|mut of| {
        of.sort_by(f64::total_cmp);
        of
    });
    let median = |of: &[f64]| of[of.len() / 2];
    let [b, t, i, h] = size;
    let rate = (6 * b * t * gates * h * (i + h)) as f64 / median(&at_once);
    println!(
        "{what:<38} at once {:9.1} [{:9.1} – {:9.1}]  unrolled {:9.1}  ×{:4.2}  {:5.1} GFLOP/s  {:3.0} % of the peak",
        1e6 * median(&at_once),
        1e6 * at_once[0],
        1e6 * at_once[at_once.len() - 1],
        1e6 * median(&unrolled),
        median(&unrolled) / median(&at_once),
        rate / 1e9,
        100.0 * rate / (flop / median(&peak)),
    );
}

/// A layer, its input, and all memory that a training step needs.
struct Net<S: Spec> {
    layer: Recurrent<S::Cell>,
    params: Params,
    grads: tapeloop::Gradients,
    memory: Memory,
    x: Array,
}

impl<S: Spec> Net<S> {
    fn new(layer: Recurrent<S>, size: [usize; 4]) -> Self {
        let ([b, t, i, _], mut params) = (size, Params::new(0));
        let layer = layer.return_sequences(true).build(&mut params, "rnn", i);
        let x = Array::new([b, t, i], (0..b * t * i).map(|n| (n as f32).sin()).collect());
        Self { layer, grads: params.zero_gradients(), params, memory: Memory::new(), x }
    }

    /// Forward and backward; the loss is the sum of all outputs.
    fn step(&mut self) -> f32 {
        let tape = Tape::new(&self.params, std::mem::take(&mut self.memory));
        let loss = self.layer.forward(tape.variable(&self.x)).sum();
        self.grads.zero();
        tape.backward(loss, &mut self.grads);
        let loss = loss.item();
        self.memory = tape.into_memory();
        loss
    }
}

/// Seconds of one call, over as many as fill a sample: of one thread its processor time, in which others who use the
/// machine do not count.
fn time(args: &Args, call: &mut dyn FnMut()) -> f64 {
    let (start, of_thread, mut calls) = (Instant::now(), ThreadTime::now(), 0);
    while start.elapsed() < SAMPLE {
        call();
        calls += 1;
    }
    let taken = if args.threads <= 1 { of_thread.elapsed() } else { start.elapsed() };
    taken.as_secs_f64() / f64::from(calls)
}
