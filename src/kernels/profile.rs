//! Where the time of recurrences goes.
//!
//! Off, as it mostly is, this costs a comparison after each product; on, a look at the clock.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// A part of the work of a recurrence over a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The products of `x` and `W`, and those for `∂L/∂x`.
    Input,
    /// The products of `h_{t−1}` and `U`, step by step, and those for `∂L/∂h_{t−1}`.
    Recurrent,
    /// The formulas of the units, their chain rule, and what is read and written for them.
    Gates,
    /// The gradients of weights and biases.
    Weights,
}

/// How long each part took, on the wall.
#[derive(Clone, Copy, Debug, Default)]
pub struct Profile {
    times: [Duration; 4],
}

impl Profile {
    /// How long this took: on several threads at once, the mean over them.
    pub fn time(&self, part: Part) -> Duration {
        self.times[part as usize]
    }
}

static ON: AtomicBool = AtomicBool::new(false);
static NANOSECONDS: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];
static ALONE: Mutex<()> = Mutex::new(());

/// Runs the code, and says how long the parts of the recurrences in it took. What other threads of the process
/// compute meanwhile is counted, too.
///
/// Profiles of several threads take turns: one within another, or in several jobs of one thread pool, would wait for ever.
pub fn profile<T>(code: impl FnOnce() -> T) -> (T, Profile) {
    /// Off again, even after a panic.
    struct Off;
    impl Drop for Off {
        fn drop(&mut self) {
            ON.store(false, Relaxed);
        }
    }

    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    NANOSECONDS.iter().for_each(|part| part.store(0, Relaxed));
    ON.store(true, Relaxed);
    let off = Off;
    let result = code();
    drop(off);
    let times = NANOSECONDS.each_ref().map(|part| Duration::from_nanos(part.load(Relaxed)));
    (result, Profile { times })
}

/// A clock that is looked at after each part.
pub(super) struct Laps {
    last: Option<Instant>,
    threads: u32,
}

impl Laps {
    /// Started now, on one of so many threads that do the same.
    pub fn start(threads: usize) -> Self {
        Self { last: ON.load(Relaxed).then(Instant::now), threads: threads as u32 }
    }

    /// What was done since the last look was this.
    #[inline]
    pub fn lap(&mut self, part: Part) {
        if let Some(last) = &mut self.last {
            let now = Instant::now();
            let time = now.duration_since(*last) / self.threads;
            NANOSECONDS[part as usize].fetch_add(time.as_nanos() as u64, Relaxed);
            *last = now;
        }
    }
}
