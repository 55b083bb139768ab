//! Whole training steps of the nets of `examples/`: forward, loss, backward, optimizer.
//!
//! `cargo bench --bench step`, on as many threads as `RAYON_NUM_THREADS` says, or as there are cores.

#[path = "common/nets.rs"]
mod nets;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use rayon::ThreadPoolBuilder;

/// The steps in which a loss must have fallen.
const STEPS: usize = 50;

fn training_steps(c: &mut Criterion) {
    let pool = ThreadPoolBuilder::new().build().expect("threads");
    for name in nets::NAMES {
        let mut net = None;
        c.bench_function(&format!("step/{name}"), |bench| {
            let net = net.get_or_insert_with(|| pool.install(|| checked(name)));
            pool.install(|| bench.iter(|| black_box(net.step())));
        });
    }
}

/// A net that has been seen to learn.
fn checked(name: &str) -> nets::Net {
    let mut net = nets::Net::new(name);
    let losses: Vec<f32> = (0..STEPS).map(|_| net.step()).collect();
    assert!(losses.iter().all(|loss| loss.is_finite()), "{name}: {losses:?}");
    assert!(losses[STEPS - 1] < losses[0], "{name}: {losses:?}");
    net
}

criterion_group!(benches, training_steps);
criterion_main!(benches);
