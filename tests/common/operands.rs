//! Matrices with all kinds of numbers in them, and around them in memory.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};
use tapeloop::Real;
use tapeloop::kernels::Mat;

use super::numbers::{picked, real, whole};

/// A machine number.
pub trait Float: Real {
    /// The distance from 1 to the next number.
    const EPSILON: f64;
    /// The least number above 0.
    const TINY: f64;
}

impl Float for f32 {
    const EPSILON: f64 = f32::EPSILON as f64;
    const TINY: f64 = f32::from_bits(1) as f64;
}

impl Float for f64 {
    const EPSILON: f64 = f64::EPSILON;
    const TINY: f64 = f64::from_bits(1);
}

/// How a matrix lies in memory.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    pub transposed: bool,
    /// Elements that are not its own: before the first row, from the end of a row to the next, and after
    /// the last.
    pub before: usize,
    pub gap: usize,
    pub after: usize,
}

impl Layout {
    pub const PLAIN: Self = Self { transposed: false, before: 0, gap: 0, after: 0 };

    pub fn random(rng: &mut impl Rng) -> Self {
        let mut choose = |from: &[usize]| *from.choose(rng).unwrap();
        let (before, gap, after) = (choose(&[0, 1, 5]), choose(&[0, 0, 1, 3, 16, 37]), choose(&[0, 9]));
        Self { transposed: rng.random(), before, gap, after }
    }

    /// `matrix`, `[rows, cols]` without gaps, laid out so, with `garbage` around its rows.
    pub fn lay_out<R: Real>(self, matrix: &[R], [rows, cols]: [usize; 2], garbage: R) -> Vec<R> {
        let lines = if self.transposed { cols } else { rows };
        let mut data = vec![garbage; self.before];
        for line in 0..lines {
            if self.transposed {
                data.extend(matrix.iter().skip(line).step_by(cols));
            } else {
                data.extend(&matrix[line * cols..][..cols]);
            }
            data.extend(vec![garbage; if line + 1 < lines { self.gap } else { self.after }]);
        }
        data
    }

    pub fn mat<R: Real>(self, data: &[R], [rows, cols]: [usize; 2]) -> Mat<'_, R> {
        let [lines, length] = if self.transposed { [cols, rows] } else { [rows, cols] };
        let start = self.before.min(data.len());
        Mat::strided(&data[start..], lines, length, length + self.gap).t_if(self.transposed)
    }
}

/// What the elements are.
#[derive(Clone, Copy, Debug)]
pub enum Numbers {
    /// Whole numbers: sums without a rounding error.
    Whole,
    /// Between −1 and 1.
    Real,
    /// Whole numbers, and here and there ±∞, NaN, −0 or the least number above 0.
    Special,
    /// 0 and −0.
    Zeros,
}

pub const NUMBERS: [Numbers; 4] = [Numbers::Whole, Numbers::Real, Numbers::Special, Numbers::Zeros];

impl Numbers {
    pub fn draw<R: Float>(self, len: usize, seed: u64) -> Vec<R> {
        match self {
            Self::Whole => whole(len, seed),
            Self::Real => real(len, seed),
            Self::Zeros => picked(len, seed, &[0.0, -0.0]),
            Self::Special => {
                let mut numbers = whole(len, seed);
                let specials = [f64::NAN, f64::INFINITY, -f64::INFINITY, -0.0, R::TINY, -R::TINY];
                let special: Vec<R> = picked(len, seed + 1, &specials);
                // So few that most sums stay finite.
                for i in (seed as usize % 50..len).step_by(len / 3 + 7) {
                    numbers[i] = special[i];
                }
                numbers
            }
        }
    }
}
