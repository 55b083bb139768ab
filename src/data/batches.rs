//! Batches: some windows at a time, in an order that changes every epoch.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use super::Windows;
use crate::real::Real;

/// Goes through windows in batches, without an allocation. The last batch of an epoch has what is left.
///
/// ```
/// # use tapeloop::data::{Batches, Windows};
/// let windows = Windows::<f32>::sine(32, 7, 1.0..50.0, 0);
/// let mut batches = Batches::new(&windows, 10, 0);
/// for epoch in 0..2 {
///     batches.shuffle();
///     let mut sizes = Vec::new();
///     while let Some((x, y)) = batches.next_batch() {
///         assert_eq!(x.len(), y.len() * 7); // [B, T, 1] and [B, 1]
///         sizes.push(y.len());
///     }
///     assert_eq!(sizes, [10, 10, 10, 2]);
/// }
/// ```
#[derive(Debug)]
pub struct Batches<'a, R = f32> {
    windows: &'a Windows<R>,
    order: Vec<usize>,
    done: usize,
    batch: usize,
    rng: ChaCha8Rng,
    x: Vec<R>,
    y: Vec<R>,
}

impl<'a, R: Real> Batches<'a, R> {
    /// Batches of `batch` windows, in the order of the windows until [`shuffle`](Self::shuffle).
    ///
    /// # Panics
    /// If `batch` is 0, or more than there are windows.
    #[track_caller]
    pub fn new(windows: &'a Windows<R>, batch: usize, seed: u64) -> Self {
        let n = windows.len();
        assert!(0 < batch && batch <= n, "batches of {batch} out of {n} windows");
        Self {
            windows,
            order: (0..n).collect(),
            done: 0,
            rng: ChaCha8Rng::seed_from_u64(seed),
            x: vec![R::ZERO; batch * windows.window().inputs()],
            y: vec![R::ZERO; batch * windows.window().horizon],
            batch,
        }
    }

    /// Starts over, in a new random order.
    pub fn shuffle(&mut self) {
        self.order.shuffle(&mut self.rng);
        self.done = 0;
    }

    /// The number of batches in an epoch.
    pub fn per_epoch(&self) -> usize {
        self.order.len().div_ceil(self.batch)
    }

    /// The next windows `[B, T, I]` and targets `[B, horizon]`, or `None` at the end of the epoch.
    pub fn next_batch(&mut self) -> Option<(&[R], &[R])> {
        let left = &self.order[self.done..];
        let which = &left[..left.len().min(self.batch)];
        if which.is_empty() {
            return None;
        }
        let window = self.windows.window();
        let (x, y) =
            (&mut self.x[..which.len() * window.inputs()], &mut self.y[..which.len() * window.horizon]);
        self.windows.fill(which.iter().copied(), x, y);
        self.done += which.len();
        Some((x, y))
    }
}
