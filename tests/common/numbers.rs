//! Seeded random numbers, and whether they are the same.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use tapeloop::Real;

fn draw<R: Real>(len: usize, seed: u64, number: impl Fn(&mut ChaCha8Rng) -> f64) -> Vec<R> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..len).map(|_| R::from_f64(number(&mut rng))).collect()
}

/// Whole numbers from −4 to 4: sums of their products have no rounding error, in whatever order.
pub fn whole<R: Real>(len: usize, seed: u64) -> Vec<R> {
    draw(len, seed, |rng| f64::from(rng.random_range(-4..=4)))
}

/// Numbers in [−1, 1).
pub fn real<R: Real>(len: usize, seed: u64) -> Vec<R> {
    draw(len, seed, |rng| rng.random_range(-1.0..1.0))
}

/// Some of these.
pub fn picked<R: Real>(len: usize, seed: u64, from: &[f64]) -> Vec<R> {
    draw(len, seed, |rng| from[rng.random_range(0..from.len())])
}

/// Bitwise the same; but a NaN is a NaN.
pub fn same<R: Real>(x: R, y: R) -> bool {
    x.to_f64().to_bits() == y.to_f64().to_bits() || x.is_nan() && y.is_nan()
}

#[track_caller]
pub fn all_same<R: Real>(x: &[R], y: &[R], what: &str) {
    assert_eq!(x.len(), y.len(), "{what}");
    let differs = x.iter().zip(y).position(|(x, y)| !same(*x, *y));
    assert!(differs.is_none(), "{what}: element {differs:?} differs");
}
