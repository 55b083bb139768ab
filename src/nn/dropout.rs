//! Dropout for sequences: `y = x·m`, with a mask for each element, or one for all steps.

use crate::real::Real;
use crate::tape::Var;

/// Inverted dropout, for training: an element becomes 0 with probability `p`, else `x/(1 − p)`.
///
/// Srivastava et al. 2014. Keras and PyTorch `Dropout`.
///
/// ```
/// # use tapeloop::{Memory, Params, Tape, nn::Dropout};
/// # let params = Params::<f32>::new(0);
/// # let tape = Tape::new(&params, Memory::new());
/// let x = tape.input([10, 7, 20], &[0.5; 1400]); // [B, T, H]
/// let dropout = Dropout::new(0.3).over_time(true);
/// let y = dropout.forward(x, Some(1)); // training: another seed each time
/// let same = dropout.forward(x, None); // testing
/// # assert!(y.value() != x.value() && same.value() == x.value());
/// ```
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct Dropout {
    p: f64,
    over_time: bool,
}

impl Dropout {
    /// Each element by itself is dropped with probability `p`.
    ///
    /// # Panics
    /// If `p` is not in `[0, 1)`.
    #[track_caller]
    pub fn new(p: f64) -> Self {
        assert!((0.0..1.0).contains(&p), "dropout: the probability {p} is not in [0, 1)");
        Self { p, over_time: false }
    }

    /// With one mask for all steps of `[B, T, ..]`, or one for each: [`Var::dropout_along`]. Keras
    /// `SpatialDropout1D`; Gal & Ghahramani 2016.
    #[must_use]
    pub fn over_time(self, over_time: bool) -> Self {
        Self { over_time, ..self }
    }

    /// Whether there is one mask for all steps.
    #[cfg(feature = "train")]
    pub(crate) fn is_over_time(self) -> bool {
        self.over_time
    }

    /// Training: `x` with some elements dropped, which the seed decides. Give every call of every step its own.
    /// Testing, without a seed: `x`.
    ///
    /// # Panics
    /// If there should be one mask for all steps, but `x` has no axis of time.
    #[must_use]
    #[track_caller]
    pub fn forward<'t, R: Real>(&self, x: Var<'t, R>, seed: Option<u64>) -> Var<'t, R> {
        match seed {
            None => x,
            Some(seed) if self.over_time => x.dropout_along(1, self.p, seed),
            Some(seed) => x.dropout(self.p, seed),
        }
    }
}
