//! The vibration of a machine has the frequencies that its parameters say, and can be predicted.

use std::f64::consts::TAU;

use proptest::prelude::*;
use tapeloop::data::{Modulation, Scaling, Vibration};

const RATE: f64 = 12_000.0;

fn still() -> Vibration {
    let steady = Modulation { depth: 0.0, frequency: 1.0 };
    Vibration { speed: steady, amplitude: steady, slip: 0.0, noise: 0.0, ..Vibration::default() }
}

/// The amplitude of a frequency (Hz): a single term of the Fourier transform.
fn amplitude(values: &[f64], hz: f64) -> f64 {
    let [cos, sin] = [f64::cos, f64::sin]
        .map(|f| values.iter().enumerate().map(|(i, x)| x * f(TAU * hz * i as f64 / RATE)).sum::<f64>());
    cos.hypot(sin) * 2.0 / values.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    Scaling::standard(values).unwrap().scale
}

#[test]
fn the_default_has_41_000_numbers_of_the_documented_size() {
    let of = |vibration: Vibration| vibration.series(0).values;
    let [all, shaft, damage] = [
        of(Vibration::default()),
        of(Vibration { impulse: 0.0, noise: 0.0, ..Vibration::default() }),
        of(Vibration { harmonics: vec![], noise: 0.0, ..Vibration::default() }),
    ];
    assert_eq!(all.len(), 41_000);
    assert!((deviation(&shaft) - 0.78).abs() < 0.01, "{}", deviation(&shaft));
    assert!((deviation(&damage) - 0.10).abs() < 0.01, "{}", deviation(&damage));
    assert!(all.iter().all(|x| x.abs() < 3.0));
    assert!((Vibration::default().fault_order - 3.5848).abs() < 1e-3); // as published for the bearing 6205
}

#[test]
fn the_spectrum_has_the_shaft_and_its_harmonics() {
    // 30 Hz: 400 samples a turn, and a whole number of turns.
    let sound = Vibration { points: 40_000, shaft_frequency: 30.0, impulse: 0.0, ..still() };
    let values = sound.series(1).values;
    for (order, expected) in [(1.0, 1.0), (2.0, 0.4), (3.0, 0.2), (4.0, 0.0), (1.5, 0.0)] {
        assert!((amplitude(&values, 30.0 * order) - expected).abs() < 1e-9, "order {order}");
    }
    // Amplitude modulation: two neighbours of half the depth.
    let swelling = Vibration { amplitude: Modulation { depth: 0.2, frequency: 3.0 }, ..sound };
    let values = swelling.series(1).values;
    for hz in [27.0, 33.0] {
        assert!((amplitude(&values, hz) - 0.1).abs() < 1e-9, "{hz} Hz");
    }
}

#[test]
fn the_shaft_turns_as_fast_as_its_modulation_says() {
    let vibration = Vibration {
        harmonics: vec![1.0],
        impulse: 0.0,
        speed: Modulation { depth: 0.1, frequency: 0.5 },
        ..still()
    };
    let values = vibration.series(3).values;
    // A turn is from one upward crossing of 0 to the next, between samples on a straight line.
    let crossings: Vec<f64> = (1..values.len())
        .filter(|&i| values[i - 1] < 0.0 && values[i] >= 0.0)
        .map(|i| i as f64 - values[i] / (values[i] - values[i - 1]))
        .collect();
    let speeds: Vec<f64> = crossings.windows(2).map(|w| RATE / (w[1] - w[0]) / 29.95).collect();
    let (slowest, fastest) = speeds.iter().fold((2.0, 0.0), |(a, b), &s| (s.min(a), s.max(b)));
    assert!((slowest - 0.9).abs() < 0.002 && (fastest - 1.1).abs() < 0.002, "{slowest} to {fastest}");
    let half = vibration.sampling_rate as usize; // a second, half a period of the modulation
    let turns = |from: usize| {
        crossings.iter().filter(|&&at| (from as f64..(from + 2 * half) as f64).contains(&at)).count()
    };
    assert!(turns(0).abs_diff(60) <= 1 && turns(half).abs_diff(60) <= 1); // as without modulation
}

#[test]
fn blows_come_at_the_ball_pass_frequency_and_ring_at_the_resonance() {
    let damaged = Vibration { harmonics: vec![], fault_order: 4.0, shaft_frequency: 30.0, ..still() };
    let values = damaged.series(2).values;
    // 120 blows a second: every 100 samples the same, once the first ones are forgotten.
    for i in 600..values.len() - 100 {
        assert!((values[i] - values[i + 100]).abs() < 1e-9, "sample {i}");
    }
    // After a blow: A·exp(−β·t)·sin(2π·f_r·t); a quarter of the rate is four samples a period.
    let blow = (600..700).max_by(|&a, &b| values[a].abs().total_cmp(&values[b].abs())).unwrap();
    let decay = (-1_000.0 * 4.0 / RATE).exp();
    for i in blow..blow + 20 {
        assert!((values[i + 4] - decay * values[i]).abs() < 1e-9);
        assert!((values[i + 2] + decay.sqrt() * values[i]).abs() < 1e-9);
    }
    assert!((0.3..=0.6).contains(&values[blow].abs()));
    // The slip blurs the rhythm.
    let slipping = Vibration { slip: 0.02, ..damaged }.series(2).values;
    let apart = |i: usize| (slipping[i] - slipping[i + 100]).abs();
    assert!((200..40_000).map(apart).fold(0.0, f64::max) > 0.1);
}

#[test]
fn the_seed_decides() {
    let vibration = Vibration { points: 500, ..Vibration::default() };
    assert_eq!(vibration.series(7), vibration.series(7));
    assert_ne!(vibration.series(7), vibration.series(8));
    let noise = Vibration { harmonics: vec![], impulse: 0.0, noise: 0.3, ..still() }.series(0).values;
    assert!((deviation(&noise) - 0.3).abs() < 0.01); // ten standard errors
}

/// Solves `a·x = b` for a symmetric positive definite `a`, by Gauss' elimination.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for i in 0..n {
        for row in i + 1..n {
            let factor = a[row][i] / a[i][i];
            let (above, below) = a.split_at_mut(row);
            below[0][i..].iter_mut().zip(&above[i][i..]).for_each(|(x, y)| *x -= factor * y);
            b[row] -= factor * b[i];
        }
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| a[i][j] * b[j]).sum();
        b[i] = (b[i] - known) / a[i][i];
    }
    b
}

/// A linear autoregression says the next 100 numbers, one after the other; compared with the same 100 again as
/// the last, and with the mean. Errors are root mean squares, the series has deviation 1.
#[test]
fn a_linear_autoregression_predicts_it() {
    const LAGS: usize = 300;
    const AHEAD: usize = 100;
    let series = Vibration::default().series(0);
    let (train, _) = series.values.split_at(30_000);
    let scaling = Scaling::standard(train).unwrap();
    let x: Vec<f64> = series.values.iter().map(|&x| scaling.apply(x)).collect();

    // The normal equations, from the autocovariance (Yule and Walker).
    let covariance = |lag: usize| x[..30_000].windows(lag + 1).map(|w| w[0] * w[lag]).sum::<f64>() / 30_000.0;
    let r: Vec<f64> = (0..=LAGS).map(covariance).collect();
    let a = (0..LAGS).map(|i| (0..LAGS).map(|j| r[i.abs_diff(j)]).collect()).collect();
    let weights = solve(a, r[1..].to_vec()); // weights[0] is that of the last number

    let (mut ours, mut repeated, mut mean) = (0.0, 0.0, 0.0);
    for start in (30_000..x.len() - AHEAD).step_by(200) {
        let mut past = x[start - LAGS..start].to_vec();
        for ahead in 0..AHEAD {
            let next: f64 = past.iter().rev().zip(&weights).map(|(x, w)| x * w).sum();
            past.push(next);
            let truth = x[start + ahead];
            ours += (next - truth).powi(2);
            repeated += (x[start + ahead - AHEAD] - truth).powi(2);
            mean += truth.powi(2);
        }
    }
    let count = (x.len() - AHEAD - 30_000).div_ceil(200) * AHEAD;
    let [ours, repeated, mean] = [ours, repeated, mean].map(|sum| (sum / count as f64).sqrt());
    println!(
        "root mean square errors: autoregression {ours:.3}, last window again {repeated:.3}, mean {mean:.3}"
    );
    assert!(ours < 0.4 && repeated > 1.2 && (0.8..1.2).contains(&mean), "{ours} {repeated} {mean}");
}

proptest! {
    #[test]
    fn whatever_the_machine_all_numbers_are_finite(
        points in 0usize..300,
        shaft in 0.1..1_900.0,
        depth in 0.0..0.999,
        order in 0.01..3.0,
        slip in 0.0..10.0,
        resonance in 0.1..5_900.0,
        decay in 0.0..1e6,
        seed: u64,
    ) {
        let slow = Modulation { depth, frequency: 5.0 };
        let vibration = Vibration {
            points,
            shaft_frequency: shaft,
            speed: slow,
            amplitude: slow,
            fault_order: order,
            slip,
            resonance,
            decay,
            ..Vibration::default()
        };
        let values = vibration.series(seed).values;
        prop_assert_eq!(values.len(), points);
        prop_assert!(values.iter().all(|x| x.is_finite()));
    }
}

#[test]
#[should_panic(expected = "vibration: the resonance has 6000 Hz, not between 0 and 6000")]
fn a_resonance_that_cannot_be_sampled() {
    let _ = Vibration { resonance: 6_000.0, ..Vibration::default() }.series(0);
}

#[test]
#[should_panic(expected = "vibration: -1 is negative or not finite")]
fn a_negative_amplitude() {
    let _ = Vibration { harmonics: vec![1.0, -1.0], ..Vibration::default() }.series(0);
}

#[test]
#[should_panic(expected = "vibration: a modulation of depth 1, not in 0..1")]
fn a_shaft_that_stands_still() {
    let fast = Modulation { depth: 1.0, frequency: 1.0 };
    let _ = Vibration { speed: fast, ..Vibration::default() }.series(0);
}
