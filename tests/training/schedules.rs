//! Learning-rate schedules at their corners. (`tests/training/optimizers.rs` holds them to the rates recorded
//! from PyTorch and Keras.)

use tapeloop::optim::Schedule;

fn rates<const N: usize>(schedule: &Schedule, steps: [usize; N]) -> [f64; N] {
    steps.map(|t| schedule.at(t))
}

#[track_caller]
fn assert_rates<const N: usize>(schedule: &Schedule, steps: [usize; N], expected: [f64; N]) {
    let got = rates(schedule, steps);
    let close = got.iter().zip(expected).all(|(g, e)| (g - e).abs() <= 1e-15 * e.abs());
    assert!(close, "{schedule:?}: at {steps:?} {got:?}, not {expected:?}");
}

/// One of each, with every rate between 0.001 and 1.
fn all() -> Vec<Schedule> {
    vec![
        Schedule::Constant { lr: 0.5 },
        Schedule::Step { lr: 1.0, factor: 0.5, every: 4 },
        Schedule::Piecewise { lr: 1.0, then: vec![(3, 0.5), (6, 0.25)] },
        Schedule::Exponential { lr: 1.0, factor: 0.5, every: 4 },
        Schedule::InverseTime { lr: 1.0, decay: 0.5, every: 4 },
        Schedule::Polynomial { lr: 1.0, end: 0.001, power: 2.0, steps: 12 },
        Schedule::Cosine { lr: 1.0, floor: 0.001, steps: 12 },
    ]
}

#[test]
fn at_first_the_rate_is_the_one_that_was_given() {
    assert_rates(&Schedule::from(0.5), [0, 1, 1_000_000], [0.5; 3]);
    for schedule in &all()[1..] {
        assert_eq!(schedule.at(0), 1.0, "{schedule:?}");
    }
}

#[test]
fn none_of_them_rises() {
    for schedule in all() {
        let rates: Vec<f64> = (0..20).map(|t| schedule.at(t)).collect();
        assert!(rates.windows(2).all(|two| two[0] >= two[1]), "{schedule:?}: {rates:?}");
        assert!(rates.iter().all(|rate| (0.001..=1.0).contains(rate)), "{schedule:?}: {rates:?}");
    }
}

#[test]
fn steps_fall_where_they_should() {
    let step = Schedule::Step { lr: 0.8, factor: 0.5, every: 3 };
    assert_rates(&step, [0, 2, 3, 5, 6, 300], [0.8, 0.8, 0.4, 0.4, 0.2, 0.8 * 0.5_f64.powi(100)]);
    let piecewise = Schedule::Piecewise { lr: 1.0, then: vec![(3, 0.5), (6, 2.0)] };
    assert_rates(&piecewise, [0, 2, 3, 5, 6, 1000], [1.0, 1.0, 0.5, 0.5, 2.0, 2.0]);
}

#[test]
fn smooth_ones_pass_through_the_steps_of_their_formulas() {
    let exponential = Schedule::Exponential { lr: 0.8, factor: 0.25, every: 4 };
    assert_rates(&exponential, [2, 4, 6, 8], [0.4, 0.2, 0.1, 0.05]);
    let inverse = Schedule::InverseTime { lr: 0.8, decay: 1.0, every: 10 };
    assert_rates(&inverse, [10, 30, 70], [0.4, 0.2, 0.1]);
    let polynomial = Schedule::Polynomial { lr: 1.0, end: 0.0, power: 3.0, steps: 4 };
    assert_rates(&polynomial, [2, 3], [0.125, 0.015625]);
}

#[test]
fn a_cosine_stays_at_its_floor_and_a_wave_comes_back() {
    let (lr, floor, steps) = (1.0, 0.2, 10);
    let cosine = Schedule::Cosine { lr, floor, steps };
    let wave = Schedule::CosineWave { lr, floor, steps };
    assert_rates(&cosine, [0, 5, 10, 15, 1000], [1.0, 0.6, 0.2, 0.2, 0.2]);
    assert_rates(&wave, [0, 5, 10, 15, 20], [1.0, 0.6, 0.2, 0.6, 1.0]);
    for t in 0..=10 {
        assert_eq!(cosine.at(t), wave.at(t));
    }
}

#[test]
fn a_warmup_rises_in_a_straight_line_to_any_schedule() {
    for schedule in all() {
        let warm = schedule.clone().after_warmup(0.0, 4);
        let first = schedule.at(0);
        assert_rates(&warm, [0, 1, 2, 3], [0.0, 0.25, 0.5, 0.75].map(|part| part * first));
        assert!((0..20).all(|t| warm.at(t + 4) == schedule.at(t)), "{schedule:?}");
        // A warm-up of no steps is none.
        assert!((0..20).all(|t| schedule.clone().after_warmup(0.1, 0).at(t) == schedule.at(t)));
    }
}

#[test]
fn schedules_chain() {
    let chain = Schedule::from(0.1).then(3, Schedule::from(0.2).then(2, Schedule::from(0.3)));
    assert_rates(&chain, [0, 2, 3, 4, 5, 99], [0.1, 0.1, 0.2, 0.2, 0.3, 0.3]);
}

#[test]
fn over_no_steps_a_schedule_is_at_its_end() {
    let (lr, steps) = (1.0, 0);
    assert_eq!(Schedule::Polynomial { lr, end: 0.1, power: 2.0, steps }.at(0), 0.1);
    assert_eq!(Schedule::Cosine { lr, floor: 0.1, steps }.at(0), 0.1);
}

#[test]
#[should_panic(expected = "schedule: Step { lr: 1.0, factor: 0.5, every: 0 } over 0 steps")]
fn a_period_of_no_steps_is_refused() {
    Schedule::Step { lr: 1.0, factor: 0.5, every: 0 }.at(0);
}
