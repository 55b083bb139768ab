//! `y = x·m`, each `m` by chance 0 or `1/(1 − p)`

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::elementwise;
use crate::real::Real;

/// Inverted dropout: `y = x·m`, where each `m` is 0 with probability `p`, else `1/(1 − p)`. So the mean
/// of `y` is `x`, and at test time there is nothing to correct.
///
/// Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, "Dropout: a simple way to prevent
/// neural networks from overfitting", JMLR 15.
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    /// The probability to drop an element, in `[0, 1)`.
    pub p: f64,
    /// Which elements: the same seed drops the same ones.
    pub seed: u64,
}

impl<R: Real> Rule<R> for Dropout {
    fn name(&self) -> &'static str {
        "dropout"
    }

    fn saved(&self, x: Inputs<'_, R>) -> usize {
        x.shape(0).len()
    }

    fn forward(&self, at: Forward<'_, R>) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let keep = R::from_f64(1.0 / (1.0 - self.p));
        at.saved.fill_with(|| if rng.random_bool(self.p) { R::ZERO } else { keep });
        elementwise::zip(at.x.value(0), at.saved, at.y, |x, m| x * m);
    }

    // ∂y/∂x = m: what was dropped gets no gradient.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (dy, m) = (at.dy, at.saved);
        if let Some(dx) = at.grad(0) {
            elementwise::add_zip(dy, m, dx, |dy, m| dy * m);
        }
    }
}
