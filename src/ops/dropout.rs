//! `y = x·m`, each `m` by chance 0 or `1/(1 − p)`

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::elementwise;
use crate::real::Real;
use crate::tensor::Shape;

/// Inverted dropout: `y = x·m`, where each `m` is 0 with probability `p`, else `1/(1 − p)`. So the mean
/// of `y` is `x`, and at test time there is nothing to correct.
///
/// Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, "Dropout: a simple way to prevent
/// neural networks from overfitting", JMLR 15. One mask for all steps: Gal & Ghahramani 2016, "A theoretically grounded
/// application of dropout in recurrent neural networks", NIPS 29.
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    /// The probability to drop an element, in `[0, 1)`.
    pub p: f64,
    /// Which elements: the same seed drops the same ones.
    pub seed: u64,
    /// An axis along which `m` is the same: time, for `y[b, t, j] = x[b, t, j]·m[b, j]`.
    pub along: Option<usize>,
}

impl Dropout {
    /// `x` as `[outer, n, inner]`, of which `m` is `[outer, inner]`.
    fn around(self, x: Shape) -> [usize; 3] {
        self.along.map_or([1, 1, x.len()], |axis| x.around(axis))
    }

    /// Calls `f` with each run of `x` that has a run of `m`, these, and the same run of `y`.
    fn runs<R: Real>(self, shape: Shape, x: &[R], m: &[R], y: &mut [R], f: impl Fn(&[R], &[R], &mut [R])) {
        let [_, n, inner] = self.around(shape);
        for (i, (x, y)) in x.chunks_exact(inner.max(1)).zip(y.chunks_exact_mut(inner.max(1))).enumerate() {
            f(x, &m[i / n * inner..][..inner], y);
        }
    }
}

impl<R: Real> Rule<R> for Dropout {
    fn name(&self) -> &'static str {
        "dropout"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        match self.along {
            None => x.shape(0),
            Some(axis) => x.shape_with_axis("dropout", axis),
        }
    }

    fn saved(&self, x: Inputs<'_, R>) -> usize {
        let [outer, _, inner] = self.around(x.shape(0));
        outer * inner
    }

    fn forward(&self, at: Forward<'_, R>) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let keep = R::from_f64(1.0 / (1.0 - self.p));
        at.saved.fill_with(|| if rng.random_bool(self.p) { R::ZERO } else { keep });
        self.runs(at.shape, at.x.value(0), at.saved, at.y, |x, m, y| elementwise::zip(x, m, y, |x, m| x * m));
    }

    // ∂y/∂x = m: what was dropped gets no gradient.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (dy, m, shape) = (at.dy, at.saved, at.shape);
        if let Some(dx) = at.grad(0) {
            self.runs(shape, dy, m, dx, |dy, m, dx| elementwise::add_zip(dy, m, dx, |dy, m| dy * m));
        }
    }
}
