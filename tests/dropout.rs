//! Dropout drops the right share, by a seed, and keeps the mean.

use tapeloop::{Memory, Params, Real, Tape};

fn dropped<R: Real>(p: f64, seed: u64) -> Vec<f64> {
    let params = Params::<R>::new(0);
    let tape = Tape::new(&params, Memory::new());
    let ones = tape.input([100, 100], &[R::ONE; 10_000]);
    ones.dropout(p, seed).value().iter().map(|y| y.to_f64()).collect()
}

#[test]
fn elements_are_dropped_or_scaled_up() {
    for p in [0.0, 0.2, 0.5, 0.9] {
        let y = dropped::<f64>(p, 1);
        assert!(y.iter().all(|&y| y == 0.0 || y == 1.0 / (1.0 - p)));
        // Five standard deviations of the count of dropped elements.
        let count = y.iter().filter(|&&y| y == 0.0).count() as f64;
        assert!((count - 1e4 * p).abs() <= 5.0 * (1e4 * p * (1.0 - p)).sqrt(), "{count} dropped at p = {p}");
    }
}

#[test]
fn the_seed_decides_which() {
    assert_eq!(dropped::<f64>(0.5, 1), dropped::<f64>(0.5, 1));
    assert_eq!(dropped::<f64>(0.5, 1), dropped::<f32>(0.5, 1));
    let agree = dropped::<f64>(0.5, 1).iter().zip(dropped::<f64>(0.5, 2)).filter(|(a, b)| **a == *b).count();
    assert!((4_750..5_250).contains(&agree), "two seeds agree on {agree} of 10,000 elements");
}
