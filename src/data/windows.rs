//! Windows: `T` numbers, and the one that follows.

use std::ops::Range;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, Uniform};

use super::Scaling;
use crate::real::Real;
use crate::tensor::Array;

/// Many windows of `T` numbers, each with the next number as its target.
///
/// Windows of one series overlap, so they aren't stored one by one: window `i` starts at `i·stride`.
#[derive(Clone, Debug, PartialEq)]
pub struct Windows<R = f32> {
    values: Vec<R>,
    steps: usize,
    stride: usize,
}

/// Windows of a series to train and to test with, and how they were scaled.
#[derive(Clone, Debug, PartialEq)]
pub struct Split<R = f32> {
    /// The earlier windows.
    pub train: Windows<R>,
    /// The later windows.
    pub test: Windows<R>,
    /// From the data's unit to the windows', measured on the training part alone.
    pub scaling: Scaling,
}

impl<R: Real> Windows<R> {
    /// All windows of `steps` numbers in these values, each one number later than the last.
    ///
    /// # Panics
    /// If `steps` is 0.
    #[track_caller]
    pub fn over(values: Vec<R>, steps: usize) -> Self {
        assert!(steps > 0, "windows of 0 steps");
        Self { values, steps, stride: 1 }
    }

    /// `count` windows `sin(k), sin(k+1), … sin(k+steps−1)` with target `sin(k+steps)`, each with a
    /// `k` of its own, uniform in `start`.
    ///
    /// # Panics
    /// If `steps` is 0, or `start` is empty or infinite.
    #[track_caller]
    pub fn sine(count: usize, steps: usize, start: Range<f64>, seed: u64) -> Self {
        assert!(steps > 0, "windows of 0 steps");
        let Ok(start) = Uniform::try_from(start.clone()) else { panic!("no number to draw from {start:?}") };
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let window = |k: f64| (0..=steps).map(move |i| R::from_f64((k + i as f64).sin()));
        let values = (0..count).flat_map(|_| window(start.sample(&mut rng))).collect();
        Self { values, steps, stride: steps + 1 }
    }

    /// The number of windows.
    pub fn len(&self) -> usize {
        (self.values.len() + self.stride).saturating_sub(self.steps + 1) / self.stride
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of steps of a window, `T`.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The numbers of a window.
    ///
    /// # Panics
    /// If there is no window `i`.
    #[track_caller]
    pub fn input(&self, i: usize) -> &[R] {
        self.assert_has(i);
        &self.values[i * self.stride..][..self.steps]
    }

    /// The number that follows a window.
    ///
    /// # Panics
    /// If there is no window `i`.
    #[track_caller]
    pub fn target(&self, i: usize) -> R {
        self.assert_has(i);
        self.values[i * self.stride + self.steps]
    }

    #[track_caller]
    fn assert_has(&self, i: usize) {
        assert!(i < self.len(), "window {i} of {}, counted from 0", self.len());
    }

    /// The first `count` windows, and the others. No target of the others is in any of the first.
    ///
    /// # Panics
    /// If there are fewer than `count`, or `count` is 0.
    #[must_use]
    #[track_caller]
    pub fn split_at(self, count: usize) -> (Self, Self) {
        assert!(0 < count && count <= self.len(), "{} windows split at {count}", self.len());
        let Self { mut values, steps, stride } = self;
        let rest = values.split_off(count * stride);
        values.extend_from_slice(&rest[..steps + 1 - stride]); // the last window's end
        (Self { values, steps, stride }, Self { values: rest, steps, stride })
    }

    /// All windows `[N, T, 1]`, and all targets `[N, 1]`.
    pub fn arrays(&self) -> (Array<R>, Array<R>) {
        let n = self.len();
        let (mut x, mut y) = (Array::zeros([n, self.steps, 1]), Array::zeros([n, 1]));
        self.fill(0..n, x.data_mut(), y.data_mut());
        (x, y)
    }

    /// Copies the windows with these numbers to `x` `[B, T, 1]`, and their targets to `y` `[B, 1]`.
    pub(super) fn fill(&self, which: impl Iterator<Item = usize>, x: &mut [R], y: &mut [R]) {
        for (i, (x, y)) in which.zip(x.chunks_exact_mut(self.steps).zip(y)) {
            x.copy_from_slice(self.input(i));
            *y = self.target(i);
        }
    }
}
