//! Passes over memory: one read and one write per element, beside a copy of as much.
//!
//! `cargo bench --bench passes`

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tapeloop::kernels::{elementwise, reduce, softmax};
use tapeloop::optim::{Adam, Optimizer, RmsProp, Sgd};
use tapeloop::{Init, Params};

fn numbers(n: usize) -> Vec<f32> {
    (0..n).map(|i| (i as f32).sin()).collect()
}

/// 16,384 numbers in the L2 cache.
fn functions(c: &mut Criterion) {
    let x = numbers(1 << 14);
    let mut y = vec![0.0; x.len()];
    elementwise::map(&x, &mut y, f32::tanh);
    assert!(x.iter().zip(&y).all(|(x, y)| (x.tanh() - y).abs() < 1e-6), "tanh");
    let sum: f64 = x.iter().map(|&x| f64::from(x)).sum();
    assert!((f64::from(reduce::sum(&x)) - sum).abs() < 1e-3, "sum");
    for (x, y) in x.chunks_exact(128).zip(y.chunks_exact_mut(128)) {
        softmax::softmax(x, y);
        let whole: f32 = x.iter().map(|x| x.exp()).sum();
        assert!(x.iter().zip(y).all(|(x, y)| (x.exp() / whole - *y).abs() < 1e-6), "softmax");
    }

    let mut group = c.benchmark_group("pass");
    group.throughput(Throughput::Elements(x.len() as u64));
    group.bench_function("copy", |b| b.iter(|| black_box(&mut y).copy_from_slice(black_box(&x))));
    group
        .bench_function("tanh", |b| b.iter(|| elementwise::map(black_box(&x), &mut y, tapeloop::Real::tanh)));
    group.bench_function("sum", |b| b.iter(|| reduce::sum(black_box(&x))));
    group.bench_function("softmax rows of 128", |b| {
        b.iter(|| {
            for (x, y) in black_box(&x).chunks_exact(128).zip(y.chunks_exact_mut(128)) {
                softmax::softmax(x, y);
            }
        });
    });
    group.finish();
}

/// A step over parameters that fit the L2 cache, and over some that fit none.
fn optimizers(c: &mut Criterion) {
    let mut group = c.benchmark_group("optimizer");
    for n in [1 << 15, 1 << 22] {
        group.throughput(Throughput::Elements(n as u64));
        let from = numbers(n);
        let mut to = vec![0.0; n];
        group.bench_function(BenchmarkId::new("copy", n), |b| {
            b.iter(|| black_box(&mut to).copy_from_slice(&from));
        });
        let optimizers: [(&str, Box<dyn Optimizer<f32>>); 3] = [
            ("sgd", Box::new(Sgd::new(1e-3))),
            ("rms_prop", Box::new(RmsProp::keras(1e-3))),
            ("adam", Box::new(Adam::pytorch(1e-3))),
        ];
        for (name, mut optimizer) in optimizers {
            let mut params = Params::<f32>::new(0);
            let w = params.add("w", [n], Init::Zeros);
            let mut grads = params.zero_gradients();
            grads[w].copy_from_slice(&from);
            optimizer.step(&mut params, &grads);
            assert!(params[w].iter().zip(&from).all(|(w, g)| w * g <= 0.0), "{name} goes uphill");
            group.bench_function(BenchmarkId::new(name, n), |b| {
                b.iter(|| optimizer.step(&mut params, &grads));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, functions, optimizers);
criterion_main!(benches);
