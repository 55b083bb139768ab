//! Windows: `T` steps of a series, and the numbers that follow.

use std::ops::Range;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, Uniform};

use super::{Scaling, Window};
use crate::real::Real;
use crate::tensor::Array;

/// Many windows: each is `T` steps of `I` numbers, and has the numbers that follow as its targets.
///
/// Windows of one series overlap, so they aren't stored one by one: window `i` starts at `i·stride`.
#[derive(Clone, Debug, PartialEq)]
pub struct Windows<R = f32> {
    values: Vec<R>,
    window: Window,
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
    /// All windows in these values: a [`Window`], or a number of steps with one number each.
    ///
    /// # Panics
    /// If a window has no steps, or no numbers in a step, or the stride is 0.
    #[track_caller]
    pub fn over(values: Vec<R>, window: impl Into<Window>) -> Self {
        Self { values, window: window.into().checked() }
    }

    /// `count` windows `sin(k), sin(k+1), … sin(k+steps−1)` with target `sin(k+steps)`, each with a
    /// `k` of its own, uniform in `start`.
    ///
    /// # Panics
    /// If `steps` is 0, or `start` is empty or infinite.
    #[track_caller]
    pub fn sine(count: usize, steps: usize, start: Range<f64>, seed: u64) -> Self {
        let window = Window::new(steps).stride(steps + 1).checked();
        let Ok(start) = Uniform::try_from(start.clone()) else { panic!("no number to draw from {start:?}") };
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let one = |k: f64| (0..=steps).map(move |i| R::from_f64((k + i as f64).sin()));
        let values = (0..count).flat_map(|_| one(start.sample(&mut rng))).collect();
        Self { values, window }
    }

    /// The number of windows, `N`.
    pub fn len(&self) -> usize {
        self.values.len().saturating_add(self.window.stride).saturating_sub(self.window.span())
            / self.window.stride
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of steps of a window, `T`.
    pub fn steps(&self) -> usize {
        self.window.steps
    }

    /// How many numbers a step has, how many are predicted, and the distances.
    pub fn window(&self) -> Window {
        self.window
    }

    /// The numbers of a window, `[T, I]`.
    ///
    /// # Panics
    /// If there is no window `i`.
    #[track_caller]
    pub fn input(&self, i: usize) -> &[R] {
        self.assert_has(i);
        &self.values[i * self.window.stride..][..self.window.inputs()]
    }

    /// The numbers that a window is to predict, `[horizon]`.
    ///
    /// # Panics
    /// If there is no window `i`.
    #[track_caller]
    pub fn targets(&self, i: usize) -> &[R] {
        self.assert_has(i);
        &self.values[i * self.window.stride + self.window.inputs() + self.window.gap..][..self.window.horizon]
    }

    /// The one number that a window is to predict.
    ///
    /// # Panics
    /// If there is no window `i`, or it has not one target.
    #[track_caller]
    pub fn target(&self, i: usize) -> R {
        let [target] = *self.targets(i) else { panic!("windows of {} targets, not 1", self.window.horizon) };
        target
    }

    #[track_caller]
    fn assert_has(&self, i: usize) {
        assert!(i < self.len(), "window {i} of {}, counted from 0", self.len());
    }

    /// The first `count` windows, and the others. If windows have one target, no target of the others is in any
    /// of the first; longer targets overlap, unless the stride is as long: [`Series::windows`](super::Series::windows)
    /// keeps the parts of a series apart.
    ///
    /// # Panics
    /// If there are fewer than `count`, or `count` is 0.
    #[must_use]
    #[track_caller]
    pub fn split_at(self, count: usize) -> (Self, Self) {
        assert!(0 < count && count <= self.len(), "{} windows split at {count}", self.len());
        let Self { mut values, window } = self;
        let rest = values.split_off((count * window.stride).min(values.len()));
        values.extend_from_slice(&rest[..window.span().saturating_sub(window.stride)]); // the last window's end
        (Self { values, window }, Self { values: rest, window })
    }

    /// All windows `[N, T, I]`, and all targets `[N, horizon]`.
    pub fn arrays(&self) -> (Array<R>, Array<R>) {
        let (n, Window { steps, points, horizon, .. }) = (self.len(), self.window);
        let (mut x, mut y) = (Array::zeros([n, steps, points]), Array::zeros([n, horizon]));
        self.fill(0..n, x.data_mut(), y.data_mut());
        (x, y)
    }

    /// Copies the windows with these numbers to `x` `[B, T, I]`, and their targets to `y` `[B, horizon]`.
    pub(super) fn fill(&self, which: impl Iterator<Item = usize>, x: &mut [R], y: &mut [R]) {
        let (inputs, horizon) = (self.window.inputs(), self.window.horizon);
        for (row, i) in which.enumerate() {
            x[row * inputs..][..inputs].copy_from_slice(self.input(i));
            y[row * horizon..][..horizon].copy_from_slice(self.targets(i));
        }
    }
}
