//! Whole training steps.
//!
//! `cargo bench --bench step`

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
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

criterion_group!(benches, training_steps);
criterion_main!(benches);
