//! Zoneout: a state that by chance stays as it was

use super::{State, check_probability};
use crate::real::Real;

/// In training, each number of a state keeps its value from the step before with probability `p`:
///
/// ```text
/// s_t ← s_{t−1} + (s_t − s_{t−1})·m        m = 0 with probability p, else 1
/// ```
///
/// At test time `m` is its mean, `1 − p`. Krueger et al. 2017, "Zoneout: regularizing RNNs by randomly preserving hidden
/// activations".
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct Zoneout {
    output: f64,
    others: f64,
}

impl Zoneout {
    /// With these probabilities for the first variable of a state, the output `h`, and for the others, such as `c`.
    ///
    /// # Panics
    /// If a probability isn't in `[0, 1)`.
    #[track_caller]
    pub fn new(output: f64, others: f64) -> Self {
        for p in [output, others] {
            check_probability("zoneout", p);
        }
        Self { output, others }
    }

    /// The state after step `t`; in training, with a seed.
    pub(super) fn apply<'t, R: Real, S: State<'t, R>>(
        self,
        new: S,
        old: S,
        training: Option<(u64, usize)>,
    ) -> S {
        let mut variable = 0;
        new.zip(old, |new, old| {
            let p = if variable == 0 { self.output } else { self.others };
            variable += 1;
            let change = match training {
                _ if p == 0.0 => return new,
                None => new - old,
                // Dropout makes what it keeps larger, by what the factor below takes away again.
                Some((seed, t)) => {
                    let step = (1 + t as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15); // far from every other seed
                    (new - old).dropout(p, seed ^ step ^ (variable << 48))
                }
            };
            old + change * (1.0 - p)
        })
    }
}
