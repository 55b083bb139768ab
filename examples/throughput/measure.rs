//! Timing calls and the machine's peak, in turns.

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use tapeloop::Real;
use tapeloop::kernels::profile::{Part, profile};
use tapeloop::optim::Adam;

use crate::cells::{Call, Case};
use crate::machine::{fma_peak, read};

/// What a sample takes, or a little more.
const SAMPLE: Duration = Duration::from_millis(20);

/// What was measured of a case.
pub struct Row {
    pub case: Case,
    pub threads: usize,
    /// Bytes of a number.
    pub number: usize,
    /// µs of a call: median, least and most over the rounds.
    pub us: [f64; 3],
    /// The median of the FMA peak, GFLOP/s.
    pub peak: f64,
    /// The median of the rate at which a core reads as many bytes as `U` has, again and again, GB/s.
    pub read: f64,
    pub tape_bytes: usize,
    /// If it was asked for, where the time of a training step goes: names, and µs on the wall.
    pub profile: Option<[(&'static str, f64); 6]>,
}

/// Times these cases, of one cell and as many units, in turns, on all threads of the pool that this runs in; if asked to, says where the time went.
pub fn measure<R: Real>(cases: &[Case], rounds: usize, profile: bool) -> Vec<Row> {
    let mut calls: Vec<Call<R>> = cases.iter().map(|case| case.build()).collect();
    for call in &mut calls {
        call.run(); // takes memory from the system
        assert!(call.run().is_finite(), "layers of tanh units with small weights have finite outputs");
    }
    let weights = vec![1.0; cases[0].recurrent_bytes(size_of::<R>()) / size_of::<f32>()];
    let (mut peaks, mut reads, mut us) = (Vec::new(), Vec::new(), vec![Vec::new(); cases.len()]);
    for round in 0..rounds {
        peaks.push(peak::<R>());
        reads.push(read_rate(&weights));
        // Who is first finds the clock and the caches as the peak left them: in turns.
        for turn in 0..cases.len() {
            let case = if round % 2 == 0 { turn } else { cases.len() - 1 - turn };
            us[case].push(1e6 * time(|| _ = calls[case].run()));
        }
    }
    let (peak, read) = (median(&mut peaks), median(&mut reads));
    let row = |((&case, mut us), call): ((&Case, Vec<f64>), &mut Call<R>)| {
        let (threads, number, median) = (rayon::current_num_threads(), size_of::<R>(), median(&mut us));
        Row {
            case,
            threads,
            number,
            us: [median, us[0], us[rounds - 1]],
            peak,
            read,
            tape_bytes: call.tape_bytes(),
            profile: profile.then(|| parts(call, rounds, case.forward)),
        }
    };
    cases.iter().zip(us).zip(&mut calls).map(row).collect()
}

/// Where the time of a training step goes: forward, backward, and Adam; or of forward alone.
fn parts<R: Real>(call: &mut Call<R>, rounds: usize, forward: bool) -> [(&'static str, f64); 6] {
    // So slow that the weights stay what they are, and every step takes as long as the first.
    let mut adam = Adam::pytorch(1e-12);
    call.step(&mut adam); // takes memory
    let (mut total, mut optimizer, mut steps) = (Duration::ZERO, Duration::ZERO, 0.0);
    let ((), profile) = profile(|| {
        while total < SAMPLE * rounds as u32 {
            let start = Instant::now();
            call.run();
            let computed = Instant::now();
            if !forward {
                call.step(&mut adam);
            }
            total += start.elapsed();
            optimizer += computed.elapsed();
            steps += 1.0;
        }
    });
    let parts = [Part::Input, Part::Recurrent, Part::Gates, Part::Weights].map(|part| profile.time(part));
    let rest = total.saturating_sub(optimizer + parts.iter().sum());
    let [input, recurrent, gates, weights] = parts;
    [
        ("input_products", input),
        ("recurrent_products", recurrent),
        ("gates", gates),
        ("weight_gradients", weights),
        ("optimizer", optimizer),
        ("rest", rest),
    ]
    .map(|(name, time)| (name, 1e6 * time.as_secs_f64() / steps))
}

/// What all threads together can do at most, GFLOP/s: of each the median of many calls of some 0.1 ms, few of which had to
/// share their core.
fn peak<R: Real>() -> f64 {
    let each = rayon::broadcast(|_| {
        let (start, mut rates) = (Instant::now(), Vec::new());
        while start.elapsed() < SAMPLE {
            let call = Instant::now();
            rates.push(fma_peak::<R>() / call.elapsed().as_secs_f64());
        }
        median(&mut rates)
    });
    each.iter().sum::<f64>() / 1e9
}

/// How fast this thread reads an array that it has read before, GB/s.
fn read_rate(data: &[f32]) -> f64 {
    let times = (1 << 20) / data.len().max(1) + 1; // some 50 µs or more
    read(data, times);
    let (start, mut seconds) = (Instant::now(), Vec::new());
    while seconds.is_empty() || start.elapsed() < SAMPLE / 4 {
        let call = Instant::now();
        read(data, times);
        seconds.push(call.elapsed().as_secs_f64());
    }
    (times * size_of_val(data)) as f64 / median(&mut seconds) / 1e9
}

/// Sorts the numbers and returns the one in the middle.
fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Seconds of a call, over as many as fill a sample: of one thread its processor time, in which others who use the
/// machine do not count.
fn time(mut call: impl FnMut()) -> f64 {
    let (start, of_thread, mut calls) = (Instant::now(), ThreadTime::now(), 0);
    while start.elapsed() < SAMPLE {
        call();
        calls += 1;
    }
    let taken = if rayon::current_num_threads() == 1 { of_thread.elapsed() } else { start.elapsed() };
    taken.as_secs_f64() / f64::from(calls)
}
