//! What the loop over time is told besides the cell

use super::Zoneout;
use crate::real::Real;
use crate::tape::Var;

/// How a sequence is walked through.
#[derive(Clone, Copy, Debug, Default)]
pub struct Way<'t, R: Real> {
    /// Whether time runs from the last step to the first.
    pub reverse: bool,
    /// `[B, T]`: 0 where a row skips a step, and keeps its state.
    pub mask: Option<Var<'t, R>>,
    /// Recurrent dropout `[B, H]`: what `h` is multiplied with, the same at each step, where recurrent weights read it.
    pub keep: Option<Var<'t, R>>,
    /// What of the state stays by chance as it was; and in training the seed of that.
    pub zoneout: Option<(Zoneout, Option<u64>)>,
}

impl<R: Real> Way<'_, R> {
    /// The steps in the order of time.
    pub(in crate::nn) fn steps(self, count: usize) -> impl Iterator<Item = usize> {
        (0..count).map(move |t| if self.reverse { count - 1 - t } else { t })
    }
}
