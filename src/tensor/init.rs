//! Initial weights, one paper each.

use rand::Rng;
use rand_distr::{Distribution, StandardNormal, Uniform};

use super::Shape;
use crate::real::Real;

/// How an array is filled before training.
///
/// `fan_in` and `fan_out` are the last two sizes of a shape `[.., fan_in, fan_out]`: this crate multiplies `x·W`,
/// so rows are inputs and columns are outputs. For a vector `[n]` both are `n`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub enum Init {
    /// Zeros.
    Zeros,
    /// One value everywhere.
    Constant(f64),
    /// Uniform in `[low, high]`.
    Uniform {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
    },
    /// Normal with this mean and standard deviation.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        std: f64,
    },
    /// Uniform in `±√(6 / (fan_in + fan_out))`, so that signals keep their variance on the way
    /// forward and gradients on the way back. Glorot & Bengio 2010. Keras' default kernel.
    GlorotUniform,
    /// Normal with variance `2 / (fan_in + fan_out)`. Glorot & Bengio 2010. (Keras draws it from a
    /// normal truncated at two standard deviations; this is the paper's and PyTorch's.)
    GlorotNormal,
    /// Uniform in `±√(6 / fan_in)`, for relu. He et al. 2015.
    HeUniform,
    /// Normal with variance `2 / fan_in`, for relu. He et al. 2015.
    HeNormal,
    /// `gain` times a random matrix with orthonormal rows or columns (whichever are fewer), drawn
    /// uniformly (Haar). Keeps `‖W_hh·h‖ = ‖h‖`. Saxe, McClelland & Ganguli 2014. Keras' default
    /// recurrent kernel.
    Orthogonal {
        /// The factor; 1 keeps norms.
        gain: f64,
    },
}

impl Init {
    /// Fills `values`, an array of the given shape.
    ///
    /// # Panics
    /// If a bound, a mean or a deviation is not finite, or `low > high`, or the deviation is negative.
    #[track_caller]
    pub fn fill<R: Real>(self, shape: Shape, values: &mut [R], rng: &mut impl Rng) {
        if values.is_empty() {
            return; // a fan may be 0
        }
        let (fan_in, fan_out) = match *shape.sizes() {
            [] => (1.0, 1.0),
            [n] => (n as f64, n as f64),
            [.., rows, columns] => (rows as f64, columns as f64),
        };
        match self {
            Self::Zeros => values.fill(R::ZERO),
            Self::Constant(value) => values.fill(R::from_f64(value)),
            Self::Uniform { low, high } => uniform(values, low, high, rng),
            Self::Normal { mean, std } => normal(values, mean, std, rng),
            Self::GlorotUniform => symmetric(values, 6.0 / (fan_in + fan_out), rng),
            Self::GlorotNormal => normal(values, 0.0, (2.0 / (fan_in + fan_out)).sqrt(), rng),
            Self::HeUniform => symmetric(values, 6.0 / fan_in, rng),
            Self::HeNormal => normal(values, 0.0, (2.0 / fan_in).sqrt(), rng),
            Self::Orthogonal { gain } => orthogonal(values, shape.last(), gain, rng),
        }
    }
}

#[track_caller]
fn symmetric<R: Real>(values: &mut [R], bound_squared: f64, rng: &mut impl Rng) {
    uniform(values, -bound_squared.sqrt(), bound_squared.sqrt(), rng);
}

#[track_caller]
fn uniform<R: Real>(values: &mut [R], low: f64, high: f64, rng: &mut impl Rng) {
    let Ok(distribution) = Uniform::new_inclusive(low, high) else {
        panic!("uniform between {low} and {high}")
    };
    values.fill_with(|| R::from_f64(distribution.sample(rng)));
}

#[track_caller]
fn normal<R: Real>(values: &mut [R], mean: f64, std: f64, rng: &mut impl Rng) {
    assert!(mean.is_finite() && std.is_finite() && std >= 0.0, "normal with mean {mean} and deviation {std}");
    values.fill_with(|| {
        let z: f64 = StandardNormal.sample(rng);
        R::from_f64(mean + std * z)
    });
}

/// Gram–Schmidt on the rows (or, of a tall matrix, the columns) of a normal random matrix. Done
/// twice, which makes it as orthogonal as rounding allows; in f64, whatever `R` is.
fn orthogonal<R: Real>(values: &mut [R], columns: usize, gain: f64, rng: &mut impl Rng) {
    let rows = values.len() / columns.max(1);
    let (count, dim) = (rows.min(columns), rows.max(columns));
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(count);
    while basis.len() < count {
        let mut v: Vec<f64> = (0..dim).map(|_| StandardNormal.sample(rng)).collect();
        for _ in 0..2 {
            for u in &basis {
                let dot: f64 = u.iter().zip(&v).map(|(u, v)| u * v).sum();
                v.iter_mut().zip(u).for_each(|(v, u)| *v -= dot * u);
            }
        }
        let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt();
        v.iter_mut().for_each(|v| *v /= norm);
        basis.push(v);
    }
    for (n, value) in values.iter_mut().enumerate() {
        let (i, j) = (n / columns, n % columns);
        *value = R::from_f64(gain * if rows <= columns { basis[i][j] } else { basis[j][i] });
    }
}
