//! Cells of the zoo that count steps: their equations in plain numbers, masks, and initial values. (`cases.rs` has them beside theanets and TensorFlow 1.15.5.)

use tapeloop::nn::zoo::{Clockwork, PhasedLstm};
use tapeloop::nn::{Call, Cell};
use tapeloop::{Array, Memory, Params, Tape};

const T: usize = 17;

fn numbers(count: usize, seed: f64) -> Vec<f64> {
    (0..count).map(|n| (1.7 * n as f64 + seed).sin()).collect()
}

/// `y_j = Σ_i x_i·w_ij`
fn product(x: &[f64], w: &[f64], columns: usize) -> Vec<f64> {
    (0..columns).map(|j| x.iter().enumerate().map(|(i, x)| x * w[i * columns + j]).sum()).collect()
}

#[test]
fn a_clockwork_is_its_equations() {
    // 11 units in modules of 3, 3, 3, 2.
    let starts = [0, 3, 6, 9, 11];
    let mut params = Params::<f64>::new(1);
    let layer = Clockwork::new(11).return_sequences(true).build(&mut params, "cell", 2);
    params.flat_mut().iter_mut().zip(numbers(1000, 0.3)).for_each(|(w, x)| *w += 0.2 * x);
    let x = numbers(T * 2, 0.5);
    let tape = Tape::new(&params, Memory::new());
    let h = layer.forward(tape.input([1, T, 2], &x)).value();

    let of = |name: &str| &params[params.find(name).unwrap()];
    let mut state = vec![0.0; 11];
    for t in 0..T {
        let before = state.clone();
        let from_x = product(&x[2 * t..][..2], of("cell.w"), 11);
        for (m, bounds) in starts.windows(2).enumerate().filter(|(m, _)| t % (1 << m) == 0) {
            let (start, size) = (bounds[0], bounds[1] - bounds[0]);
            let from_h = product(&before[start..], of(&format!("cell.u_{m}")), size);
            for j in 0..size {
                state[start + j] = (from_x[start + j] + from_h[j] + of("cell.b")[start + j]).tanh();
            }
        }
        for (j, (ours, expected)) in h[11 * t..][..11].iter().zip(&state).enumerate() {
            assert!((ours - expected).abs() < 1e-14, "step {t}, unit {j}: {ours}, not {expected}");
        }
    }
}

#[test]
fn hidden_steps_are_not_counted() {
    let mut params = Params::<f64>::new(1);
    let layer = Clockwork::new(8).build(&mut params, "cell", 2);
    let x = numbers(T * 2, 0.5);
    let tape = Tape::new(&params, Memory::new());
    let seen: Vec<bool> = (0..T).map(|t| t % 3 != 1).collect();
    let mask = Some(tape.mask([1, T], &seen));
    let masked = layer.run(tape.input([1, T, 2], &x), Call { mask, ..Call::default() });
    let short: Vec<f64> =
        x.chunks(2).zip(&seen).filter(|(_, seen)| **seen).flat_map(|(x, _)| x.to_vec()).collect();
    let (output, (_, steps)) =
        layer.forward_from(tape.input([1, short.len() / 2, 2], &short), layer.cell.zero_state(&tape, 1));
    assert_eq!(masked.output.value(), output.value());
    assert_eq!((masked.state.1.item(), steps.item()), (short.len() as f64 / 2.0, short.len() as f64 / 2.0));
}

/// Fewer units than modules, and other modules.
#[test]
fn any_number_of_units_makes_a_clockwork() {
    for units in 1..7 {
        let mut params = Params::<f32>::new(1);
        let layer = Clockwork::new(units).build(&mut params, "cell", 3);
        let sizes: Vec<usize> = layer.cell.modules.iter().map(|module| module.u.shape().last()).collect();
        assert_eq!((sizes.len(), sizes.iter().sum::<usize>()), (units.min(4), units));
    }
    let mut params = Params::<f32>::new(1);
    let layer = Clockwork::new(7).modules(7).build(&mut params, "cell", 1);
    assert!(layer.cell.modules.iter().map(|module| module.period).eq([1, 2, 4, 8, 16, 32, 64]));
}

#[test]
#[should_panic = "clockwork: 3 modules of 2 units"]
fn a_module_has_units() {
    let _ = Clockwork::new(2).modules(3);
}

/// The paper's `k`, piece by piece.
#[test]
fn a_phased_unit_opens_in_its_time() {
    let mut params = Params::<f64>::new(1);
    let layer = PhasedLstm::new(3).leak(0.0).build(&mut params, "cell", 2);
    let [tau, s, r] = ["tau", "s", "r"].map(|name| params.find(&format!("cell.{name}")).unwrap());
    params[tau].copy_from_slice(&[4.0, 10.0, 3.0]);
    params[s].copy_from_slice(&[1.0, 2.5, 0.3]);
    params[r].copy_from_slice(&[0.6, 0.3, 0.85]);
    let layer = layer.return_sequences(true);
    for leak in [0.0, 0.001] {
        let mut layer = layer;
        layer.cell.leak = leak;
        let tape = Tape::new(&params, Memory::new()).traced();
        let out = layer.forward(tape.input([1, T, 2], &numbers(T * 2, 0.2)));
        let (h, k, mut closed) = (out.value(), tape.trace(0, "k"), 0);
        for t in 0..T {
            for j in 0..3 {
                let phase = ((t as f64 - params[s][j]) / params[tau][j]).rem_euclid(1.0);
                let r = params[r][j];
                let expected = if phase < r / 2.0 {
                    2.0 * phase / r
                } else if phase < r {
                    2.0 - 2.0 * phase / r
                } else {
                    leak * phase
                };
                let got = k.at(t).value()[j];
                assert!((got - expected).abs() < 1e-13, "step {t}, unit {j}: {got}, not {expected}");
                if expected == 0.0 && t > 0 {
                    assert_eq!(h[3 * t + j], h[3 * t - 3 + j], "a closed unit keeps its output");
                    closed += 1;
                }
            }
        }
        assert!(leak > 0.0 || closed > T);
    }
}

#[test]
fn periods_and_shifts_begin_as_they_should() {
    let mut params = Params::<f64>::new(1);
    let layer = PhasedLstm::new(200).periods(2.0, 50.0).open(0.1).build(&mut params, "cell", 1);
    let [tau, s, r] = [layer.cell.tau, layer.cell.s, layer.cell.r].map(|param| &params[param]);
    assert!(tau.iter().all(|tau| (2.0..=50.0).contains(tau)) && r.iter().all(|&r| r == 0.1));
    let short = tau.iter().filter(|tau| **tau < 10.0).count(); // half of them: √(2·50) = 10
    assert!((80..120).contains(&short), "{short}");
    assert!(s.iter().zip(tau).all(|(s, tau)| (0.0..*tau).contains(s)));
    let shifts = Array::new([200], s.iter().zip(tau).map(|(s, tau)| s / tau).collect::<Vec<f64>>());
    let mean = shifts.data().iter().sum::<f64>() / 200.0;
    assert!((mean - 0.5).abs() < 0.1, "{mean}");
}
