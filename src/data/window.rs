//! What a window is.

/// The form of a window over a series: how long it is, what it is to predict, and how far apart windows are.
///
/// ```text
/// x_0 x_1 x_2 x_3 x_4 x_5 | x_6 | x_7 x_8      steps 3, points 2, gap 1, horizon 2
/// └step 0┘└step 1┘└step 2┘ └gap┘ └targets┘
/// ```
///
/// ```
/// # use tapeloop::data::{Window, Windows};
/// let window = Window::new(3).points(2).gap(1).horizon(2).stride(4);
/// let windows = Windows::over((0..20).map(f64::from).collect(), window);
/// assert_eq!(windows.len(), 3);
/// assert_eq!(windows.input(1), [4.0, 5.0, 6.0, 7.0, 8.0, 9.0]); // [T, I]
/// assert_eq!(windows.targets(1), [11.0, 12.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub(super) steps: usize,
    pub(super) points: usize,
    pub(super) stride: usize,
    pub(super) gap: usize,
    pub(super) horizon: usize,
}

impl Window {
    /// `T` steps of one number, to predict the next number; windows start at every number of the series.
    pub fn new(steps: usize) -> Self {
        Self { steps, points: 1, stride: 1, gap: 0, horizon: 1 }
    }

    /// How many numbers that follow each other make a step, `I`. The window has `T·I` numbers.
    #[must_use]
    pub fn points(self, points: usize) -> Self {
        Self { points, ..self }
    }

    /// How many numbers later the next window starts.
    #[must_use]
    pub fn stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// How many numbers are passed over between the window and its targets.
    #[must_use]
    pub fn gap(self, gap: usize) -> Self {
        Self { gap, ..self }
    }

    /// How many numbers are the targets; 0 for windows to be used, not trained with.
    #[must_use]
    pub fn horizon(self, horizon: usize) -> Self {
        Self { horizon, ..self }
    }

    /// The numbers that a window has as input, `T·I`.
    pub(super) fn inputs(self) -> usize {
        self.steps.saturating_mul(self.points)
    }

    /// The numbers from the first input to the last target.
    pub(super) fn span(self) -> usize {
        self.inputs().saturating_add(self.gap).saturating_add(self.horizon)
    }

    #[track_caller]
    pub(super) fn checked(self) -> Self {
        assert!(self.steps > 0, "windows of 0 steps");
        assert!(self.points > 0, "windows with 0 numbers in a step");
        assert!(self.stride > 0, "windows with a stride of 0");
        self
    }
}

impl From<usize> for Window {
    /// So many steps, as [`Window::new`].
    fn from(steps: usize) -> Self {
        Self::new(steps)
    }
}
