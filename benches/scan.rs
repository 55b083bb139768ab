//! Cells that are linear in their state: the loop over single steps beside the scan over all of them.
//!
//! `cargo bench --bench scan`, on as many threads as `RAYON_NUM_THREADS` says, or as there are cores.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rayon::ThreadPoolBuilder;
use tapeloop::nn::zoo::{Lru, Mamba, MinGru, MinLstm, Qrnn, S4d, S5, Sru};
use tapeloop::nn::{Cell, Recurrent, Spec};
use tapeloop::{Gradients, Memory, Params, Tape};

/// Inputs and units.
const SIZES: [usize; 2] = [16, 64];

/// Numbers of a state, over all rows and steps, that the memory has room for: some cells keep forty arrays of as many.
const MOST: usize = 1 << 24;

/// A layer, its input and what a training step works in.
struct Net<C> {
    layer: Recurrent<C>,
    params: Params<f32>,
    grads: Gradients<f32>,
    memory: Option<Memory<f32>>,
    shape: [usize; 3],
    x: Vec<f32>,
}

impl<C: Cell> Net<C> {
    fn new<S: Spec<Cell = C>>(spec: Recurrent<S>, [batch, steps]: [usize; 2]) -> Self {
        let (mut params, shape) = (Params::new(0), [batch, steps, SIZES[0]]);
        let layer = spec.return_sequences(true).build(&mut params, "net", SIZES[0]);
        let x = (0..shape.iter().product()).map(|i: usize| (1.3 * i as f32).sin()).collect();
        Self { layer, grads: params.zero_gradients(), params, memory: Some(Memory::new()), shape, x }
    }

    /// The mean square of all outputs, and perhaps its gradient.
    fn run(&mut self, unrolled: bool, backward: bool) -> f32 {
        let memory = self.memory.take().expect("given back");
        let tape = match backward {
            true => Tape::new(&self.params, memory),
            false => Tape::without_gradients(&self.params, memory),
        };
        self.layer.unrolled = unrolled;
        let y = self.layer.forward(tape.input(self.shape, &self.x));
        let loss = (y * y).mean();
        if backward {
            self.grads.flat_mut().fill(0.0);
            tape.backward(loss, &mut self.grads);
        }
        let loss = loss.item();
        self.memory = Some(tape.into_memory());
        loss
    }

    /// Both ways to the same numbers.
    fn check(&mut self, name: &str) {
        let [by_loop, by_scan] = [true, false].map(|unrolled| {
            let loss = self.run(unrolled, true);
            (loss, self.grads.flat().to_vec())
        });
        let norm = |g: &[f32]| g.iter().map(|g| g * g).sum::<f32>().sqrt();
        let apart: Vec<f32> = by_loop.1.iter().zip(&by_scan.1).map(|(x, y)| x - y).collect();
        assert!((by_loop.0 / by_scan.0 - 1.0).abs() < 1e-4, "{name}: {} and {}", by_loop.0, by_scan.0);
        assert!(norm(&apart) < 1e-3 * norm(&by_loop.1), "{name}: gradients differ");
    }
}

fn compare<S: Spec + Copy>(c: &mut Criterion, name: &str, spec: Recurrent<S>, width: usize) {
    let pool = ThreadPoolBuilder::new().build().expect("threads");
    for batch in [1, 16] {
        for steps in [64, 256, 1024, 4096, 16384].into_iter().filter(|steps| batch * steps * width <= MOST) {
            let mut group = c.benchmark_group(format!("scan/{name}/B {batch}/T {steps}"));
            group.throughput(Throughput::Elements((batch * steps) as u64)).sample_size(10);
            let mut net = None;
            for (way, unrolled) in [("loop", true), ("scan", false)] {
                for (what, backward) in [("forward", false), ("forward and backward", true)] {
                    group.bench_function(format!("{way}, {what}"), |bench| {
                        let net = net.get_or_insert_with(|| {
                            let mut net = Net::new(spec, [batch, steps]);
                            pool.install(|| net.check(name));
                            net
                        });
                        pool.install(|| bench.iter(|| black_box(net.run(unrolled, backward))));
                    });
                }
            }
            group.finish();
        }
    }
}

fn loops_and_scans(c: &mut Criterion) {
    let h = SIZES[1];
    compare(c, "min_gru", MinGru::new(h), h);
    compare(c, "min_lstm", MinLstm::new(h), h);
    compare(c, "qrnn", Qrnn::new(h), h);
    compare(c, "sru_first", Sru::new(h).first_version(true), h);
    compare(c, "lru", Lru::new(h), 2 * h);
    compare(c, "s4d", S4d::new(h), 16 * h);
    compare(c, "s5", S5::new(h), 2 * h);
    compare(c, "mamba", Mamba::new(h), 16 * h);
}

criterion_group!(benches, loops_and_scans);
criterion_main!(benches);
