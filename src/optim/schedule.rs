//! The learning rate as a function of the step.

use std::f64::consts::PI;

/// The learning rate `η(t)` of step `t`, counted from 0: how many steps were taken before.
///
/// A step is whatever the caller counts: updates (Keras) or epochs (PyTorch's habit).
///
/// ```
/// # use tapeloop::optim::Schedule;
/// let schedule = Schedule::Step { lr: 0.1, factor: 0.5, every: 10 }.after_warmup(0.0, 4);
/// assert_eq!([0, 2, 4, 13, 14].map(|t| schedule.at(t)), [0.0, 0.05, 0.1, 0.1, 0.05]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Schedule {
    /// `η`
    Constant {
        /// `η`
        lr: f64,
    },
    /// `η·γ^⌊t/n⌋`. PyTorch `StepLR`; Keras `ExponentialDecay` with `staircase`.
    Step {
        /// `η`
        lr: f64,
        /// `γ`
        factor: f64,
        /// `n`
        every: usize,
    },
    /// `η`, then other rates from the given steps on. PyTorch `MultiStepLR` (its milestones are the
    /// steps here); Keras `PiecewiseConstantDecay` (its boundaries are the *last* steps of the old
    /// rates: add 1).
    Piecewise {
        /// `η`
        lr: f64,
        /// `(step, rate)`, in the order of the steps.
        then: Vec<(usize, f64)>,
    },
    /// `η·γ^(t/n)`. Keras `ExponentialDecay`; PyTorch `ExponentialLR` with `n = 1`.
    Exponential {
        /// `η`
        lr: f64,
        /// `γ`
        factor: f64,
        /// `n`
        every: usize,
    },
    /// `η/(1 + γ·t/n)`. Keras `InverseTimeDecay`.
    InverseTime {
        /// `η`
        lr: f64,
        /// `γ`
        decay: f64,
        /// `n`
        every: usize,
    },
    /// From `η` to `ηₙ` as `ηₙ + (η − ηₙ)·(1 − t/n)^p`, then `ηₙ`. Keras `PolynomialDecay`; with
    /// `p = 1` PyTorch `LinearLR`.
    Polynomial {
        /// `η`
        lr: f64,
        /// `ηₙ`
        end: f64,
        /// `p`
        power: f64,
        /// `n`
        steps: usize,
    },
    /// Half a cosine from `η` to `ηₙ`: `ηₙ + (η − ηₙ)·(1 + cos(π·t/n))/2`, then `ηₙ`. Loshchilov &
    /// Hutter 2017, without restarts. Keras `CosineDecay` (its `alpha` is `ηₙ/η`).
    Cosine {
        /// `η`
        lr: f64,
        /// `ηₙ`
        floor: f64,
        /// `n`
        steps: usize,
    },
    /// The same cosine going on for ever: back at `η` after `2n` steps. PyTorch `CosineAnnealingLR`.
    CosineWave {
        /// `η`
        lr: f64,
        /// `ηₙ`
        floor: f64,
        /// `n`
        steps: usize,
    },
    /// One schedule for `n` steps, then another, which starts counting at 0. PyTorch `SequentialLR`.
    Chain {
        /// The one.
        first: Box<Schedule>,
        /// `n`
        steps: usize,
        /// The other.
        then: Box<Schedule>,
    },
}

impl Schedule {
    /// This schedule after `steps` steps in which the rate rises in a straight line from `start` to
    /// where this schedule starts.
    #[must_use]
    pub fn after_warmup(self, start: f64, steps: usize) -> Self {
        let first = Self::Polynomial { lr: start, end: self.at(0), power: 1.0, steps };
        first.then(steps, self)
    }

    /// This schedule for `steps` steps, then another.
    #[must_use]
    pub fn then(self, steps: usize, then: Self) -> Self {
        Self::Chain { first: self.into(), steps, then: then.into() }
    }

    /// The learning rate after `t` steps.
    pub fn at(&self, t: usize) -> f64 {
        // t/n; a schedule over 0 steps is over at once.
        let part = |n: usize| if n == 0 { f64::INFINITY } else { t as f64 / n as f64 };
        let cosine = |lr: f64, floor: f64, x: f64| floor + (lr - floor) * (1.0 + (PI * x).cos()) / 2.0;
        match *self {
            Self::Constant { lr } => lr,
            Self::Step { lr, factor, every } => lr * factor.powf(part(every).floor()),
            Self::Piecewise { lr, ref then } => {
                then.iter().take_while(|&&(step, _)| step <= t).last().map_or(lr, |&(_, rate)| rate)
            }
            Self::Exponential { lr, factor, every } => lr * factor.powf(part(every)),
            Self::InverseTime { lr, decay, every } => lr / (1.0 + decay * part(every)),
            Self::Polynomial { lr, end, power, steps } => {
                end + (lr - end) * (1.0 - part(steps).min(1.0)).powf(power)
            }
            Self::Cosine { lr, floor, steps } => cosine(lr, floor, part(steps).min(1.0)),
            Self::CosineWave { lr, floor, steps } => cosine(lr, floor, part(steps)),
            Self::Chain { ref first, steps, ref then } => {
                if t < steps {
                    first.at(t)
                } else {
                    then.at(t - steps)
                }
            }
        }
    }
}

impl From<f64> for Schedule {
    fn from(lr: f64) -> Self {
        Self::Constant { lr }
    }
}
