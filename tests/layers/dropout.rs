//! Dropout drops the right share, by a seed, and keeps the mean.

use tapeloop::nn::Dropout;
use tapeloop::{Memory, Params, Real, Tape, Var};

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

/// `[B, T, H]`, all ones.
fn ones<'t>(tape: &'t Tape<'t, f64>, shape: [usize; 3]) -> Var<'t, f64> {
    tape.input(shape, &vec![1.0; shape.iter().product()])
}

#[test]
fn one_mask_serves_a_whole_axis() {
    let params = Params::new(0);
    let tape = Tape::new(&params, Memory::new());
    let [b, t, h] = [20, 7, 30];
    for axis in 0..3 {
        let y = ones(&tape, [b, t, h]).dropout_along(axis, 0.3, 4);
        let first = y.select(axis, 0).value();
        for entry in 0..y.shape().sizes()[axis] {
            assert_eq!(y.select(axis, entry).value(), first, "axis {axis}, entry {entry}");
        }
        // Along the other two axes every element has its own: the right share of them is dropped.
        let [count, n] = [first.iter().filter(|&&m| m == 0.0).count(), first.len()].map(|n| n as f64);
        assert!((count - 0.3 * n).abs() <= 5.0 * (n * 0.3 * 0.7).sqrt(), "{count} of {n} dropped");
    }
    // An axis of one entry has nothing to share.
    let x = ones(&tape, [b, 1, h]);
    assert_eq!(x.dropout_along(1, 0.3, 4).value(), x.dropout(0.3, 4).value());
}

#[test]
fn a_layer_drops_with_a_seed_only() {
    let params = Params::new(0);
    let tape = Tape::new(&params, Memory::new());
    let x = ones(&tape, [3, 4, 5]);
    let (each, over_time) = (Dropout::new(0.5), Dropout::new(0.5).over_time(true));
    assert_eq!(each.forward(x, Some(9)).value(), x.dropout(0.5, 9).value());
    assert_eq!(over_time.forward(x, Some(9)).value(), x.dropout_along(1, 0.5, 9).value());
    assert_eq!(over_time.forward(x, None).value(), x.value());
}
