//! Whole training steps, and the product they spend their time in.
//!
//! `cargo bench --bench step`

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tapeloop::kernels::gemm::add_product;
use tapeloop::kernels::{Mat, MatMut, reference};
use tapeloop::nn::{Dense, SimpleRnn};
use tapeloop::optim::{Adam, Optimizer};
use tapeloop::{Memory, Params, Tape};

/// Forward, loss, backward and Adam for an Elman net on `[B, T, I]`.
fn training_steps(c: &mut Criterion) {
    for (name, [b, t, i, h]) in [("sine", [10, 10, 1, 20]), ("rows", [50, 28, 28, 128])] {
        let mut params = Params::<f32>::new(0);
        let rnn = SimpleRnn::new(h).build(&mut params, "rnn", i);
        let read_out = Dense::new(1).build(&mut params, "read_out", h);
        let x: Vec<f32> = (0..b * t * i).map(|n| (n as f32).sin()).collect();
        let y: Vec<f32> = (0..b).map(|n| (n as f32).cos()).collect();
        let mut grads = params.zero_gradients();
        let mut optimizer = Adam::pytorch(1e-3);
        let mut memory = Memory::new();
        let mut step = || {
            let tape = Tape::new(&params, std::mem::take(&mut memory));
            let prediction = read_out.forward(rnn.forward(tape.input([b, t, i], &x)));
            let loss = prediction.mse(tape.input([b, 1], &y));
            grads.zero();
            tape.backward(loss, &mut grads);
            let loss = loss.item();
            memory = tape.into_memory();
            optimizer.step(&mut params, &grads);
            loss
        };
        let first = step();
        let last = (0..200).map(|_| step()).last().unwrap();
        assert!(last < first, "{name}: the loss went from {first} to {last}");
        c.bench_function(&format!("step/{name}"), |bench| bench.iter(|| black_box(step())));
    }
}

/// `C += A·B` for the shapes of a recurrent step: `B` rows, `H` units.
fn products(c: &mut Criterion) {
    for [m, k, n] in [[10, 20, 20], [50, 128, 128], [32, 512, 512]] {
        let numbers = |n: usize| (0..n).map(|i| (i as f32).sin()).collect::<Vec<_>>();
        let (a, b) = (numbers(m * k), numbers(k * n));
        let (a, b) = (Mat::new(&a, m, k), Mat::new(&b, k, n));
        let (mut fast, mut plain) = (vec![0.0; m * n], vec![0.0; m * n]);
        add_product(a, b, MatMut::new(&mut fast, m, n));
        reference::gemm(a, b, &mut plain);
        let apart = fast.iter().zip(&plain).fold(0f32, |worst, (x, y)| worst.max((x - y).abs()));
        assert!(apart < 1e-3, "{m}×{k}×{n}: {apart} apart from the definition");

        let mut group = c.benchmark_group(format!("gemm/{m}x{k}x{n}"));
        group.throughput(Throughput::Elements(2 * (m * k * n) as u64)); // floating-point operations
        group.bench_function("gemm", |bench| {
            bench.iter(|| add_product(a, b, MatMut::new(black_box(&mut fast), m, n)));
        });
        group.bench_function("naive", |bench| bench.iter(|| reference::gemm(a, b, black_box(&mut plain))));
    }
}

criterion_group!(benches, training_steps, products);
criterion_main!(benches);
