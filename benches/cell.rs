//! Calls of the recurrent layers, forward or forward and backward, all time steps as one operation or one by one.
//!
//! `cargo bench --bench cell [-- lstm/forward_backward/sequence]`, on as many threads as `RAYON_NUM_THREADS` says, or as there
//! are cores. How far each is from what the machine can do: `cargo run --release --example throughput`.

#[path = "common/cells.rs"]
#[allow(dead_code)]
mod cells;

use std::hint::black_box;
use std::time::Duration;

use cells::{CELLS, Call, Case, SIZES, Size};
use criterion::{Criterion, SamplingMode};
use rayon::ThreadPoolBuilder;
use tapeloop::Real;

/// The size of which there is an f64, too.
const F64: Size = SIZES[1];

fn main() {
    let pool = ThreadPoolBuilder::new().build().expect("threads");
    pool.install(|| {
        let short = Criterion::default().sample_size(10).warm_up_time(Duration::from_millis(200));
        let mut criterion = short.configure_from_args();
        for &(name, cell) in &CELLS[..3] {
            for (direction, forward) in [("forward", true), ("forward_backward", false)] {
                for (way, unrolled) in [("unrolled", true), ("sequence", false)] {
                    let group = format!("cell/{name}/{direction}/{way}");
                    for size in SIZES {
                        let case = Case { cell, size, forward, unrolled };
                        time::<f32>(&mut criterion, &group, &size.to_string(), case);
                        if size == F64 && !unrolled {
                            time::<f64>(&mut criterion, &group, &format!("{size}_f64"), case);
                        }
                    }
                }
            }
        }
        criterion.final_summary();
    });
}

fn time<R: Real>(criterion: &mut Criterion, group: &str, id: &str, case: Case) {
    let mut call: Option<Call<R>> = None;
    let mut group = criterion.benchmark_group(group);
    // Ten samples of at least one call each, at 100 GFLOP/s.
    group.measurement_time(Duration::from_secs_f64(case.flops() / 1e10).max(Duration::from_millis(800)));
    group.sampling_mode(SamplingMode::Flat).bench_function(id, |bench| {
        let call = call.get_or_insert_with(|| case.checked());
        bench.iter(|| black_box(call.run()));
    });
}
