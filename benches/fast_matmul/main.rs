//! A matrix product in seven steps, from three loops to the crate's kernel: `docs/fast-matmul.md`, to run.
//!
//! `cargo bench --bench fast_matmul` verifies and times every step; `-- --picture FILE` draws the result
//! too; `-- --test` only verifies.
//!
//! Read `loops.rs`, `tile.rs`, `panels.rs`, `blocks.rs`, then the crate's `src/kernels/gemm/`.

mod blocks;
mod loops;
mod machine;
mod measure;
mod panels;
mod tile;

use rayon::{ThreadPool, ThreadPoolBuilder};
use tapeloop::kernels::{Mat, MatMut, gemm};
use tapeloop::plot::{Panel, Picture};
use tapeloop::simd::{Isa, limit};

use measure::{Operands, Samples, all_rounds, bandwidth};
use panels::Lines;

/// The three matrices take 192 KiB, 12 MiB and 48 MiB: an L2 cache, an L3 cache, neither.
const SIZES: [usize; 3] = [128, 1024, 2048];
/// Steps that would take minutes with the largest.
const PLAIN: usize = 2;

type Run = Box<dyn FnMut(&Operands, &mut [f32]) + Send>;

/// A way to compute `C += A·B`.
struct Step<'p> {
    name: &'static str,
    /// The threads that it may use.
    pool: &'p ThreadPool,
    /// Whether multiply and add are rounded once.
    fused: bool,
    run: Run,
}

fn steps<'p>(one: &'p ThreadPool, all: &'p ThreadPool) -> Vec<Step<'p>> {
    let step = |name, pool, fused, run| Step { name, pool, fused, run };
    let finished = |x: &Operands, c: &mut [f32]| {
        let [m, k, n] = x.size;
        gemm::add_product(Mat::new(x.a(), m, k), Mat::new(x.b(), k, n), MatMut::new(c, m, n));
    };
    let (mut for_panels, mut for_blocks) = (Lines::new(64), Lines::new(64));
    vec![
        step("1 three loops", one, false, Box::new(|x, c| loops::definition(x.a(), x.b(), c, x.size))),
        step("2 along the rows", one, false, Box::new(|x, c| loops::along_rows(x.a(), x.b(), c, x.size))),
        step("3 tile in registers", one, true, Box::new(|x, c| tile::tiles(x.a(), x.b(), c, x.size))),
        step(
            "4 B in panels",
            one,
            true,
            Box::new(move |x, c| panels::panels(x.a(), x.b(), c, x.size, &mut for_panels)),
        ),
        step(
            "5 blocks",
            one,
            true,
            Box::new(move |x, c| blocks::blocks(x.a(), x.b(), c, x.size, &mut for_blocks)),
        ),
        step("6 the crate's kernel", one, true, Box::new(finished)),
        step("7 on all threads", all, true, Box::new(finished)),
    ]
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let has = |flag: &str| args.iter().any(|arg| arg == flag);
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let (one, all) = (pool(1), pool(0));
    let mut steps = steps(&one, &all);
    if has("--test") || !has("--bench") {
        for isa in Isa::available() {
            limit(isa);
            for size in [[1, 1, 1], [37, 41, 53], [70, 600, 200]] {
                Operands::new(size).verify(&mut steps);
            }
        }
        return println!(
            "{} steps: right with every instruction set, and bitwise the same where they round alike",
            steps.len()
        );
    }

    println!("{:?}, {} threads", Isa::current(), all.current_num_threads());
    println!("one thread reads, GB/s:");
    for (name, kib) in [("L1", 32), ("L2", 512), ("L3", 4096), ("RAM", 512 << 10)] {
        println!("  {name:<4} {:4.0}   (from {kib} KiB)", bandwidth(kib * 1024));
    }
    let mut picture = Panel::new("C += A·B, f32", "step", "% of the peak");
    for size in SIZES {
        let first = if size > 1024 { PLAIN } else { 0 };
        let (operands, steps) = (Operands::new([size; 3]), &mut steps[first..]);
        operands.verify(steps);
        let (peaks, samples) = all_rounds(&operands, steps);
        println!("\n[{size}, {size}]·[{size}, {size}]          GFLOP/s [from – to]      of the peak");
        for (samples, name) in peaks.iter().zip(["peak of one thread", "peak of all threads"]) {
            println!("  {name:<20} {samples}");
        }
        let share = |step: &Step<'_>, samples: &Samples| {
            let peak = &peaks[usize::from(step.pool.current_num_threads() > 1)];
            100.0 * samples.median() / peak.median()
        };
        for (step, samples) in steps.iter().zip(&samples) {
            println!("  {:<20} {samples}  {:7.2} %", step.name, share(step, samples));
        }
        let shares = steps.iter().zip(&samples).map(|(step, samples)| share(step, samples));
        let points: Vec<_> = (first + 1..).map(|step| step as f64).zip(shares).collect();
        picture = picture.line(format!("size {size}"), points);
    }
    if let Some(at) = args.iter().position(|arg| arg == "--picture") {
        let file = args.get(at + 1).expect("--picture FILE");
        Picture::new("A matrix product in seven steps").panel(picture).save(file).expect("a picture");
    }
}
