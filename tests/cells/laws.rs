//! What cells of the zoo promise by their construction.

use tapeloop::nn::Call;
use tapeloop::nn::zoo::{Brc, Lmu, Ltc, UnitaryRnn};
use tapeloop::{Init, Memory, Params, Tape};

/// `Pᵢ(x)` by Bonnet's recursion.
fn legendre(i: usize, x: f64) -> f64 {
    let (mut p, mut next) = (1.0, x);
    for n in 1..=i {
        (p, next) = (next, ((2 * n + 1) as f64 * x * next - n as f64 * p) / (n + 1) as f64);
    }
    p
}

/// The memory of an LMU is the last `θ` steps of its signal, as a polynomial.
#[test]
fn a_legendre_memory_is_the_past() {
    const STEPS: usize = 90;
    let signal: Vec<f64> = (0..STEPS).map(|t| (0.2 * t as f64).sin() + 0.3).collect();
    for (d, theta) in [(8, 20.0), (12, 40.0)] {
        let mut params = Params::<f64>::new(0);
        let lmu = Lmu::new(2).memory(d, theta).build(&mut params, "lmu", 1);
        params[lmu.cell.e_x].fill(1.0);
        params[lmu.cell.e_h].fill(0.0);
        let tape = Tape::new(&params, Memory::new());
        let memory = lmu.run(tape.input([1, STEPS, 1], &signal), Call::default()).state.1.value();
        for ago in 1..theta as usize - 1 {
            let s = ago as f64 + 0.5; // in the middle of that step
            let said: f64 =
                memory.iter().enumerate().map(|(i, m)| m * legendre(i, 2.0 * s / theta - 1.0)).sum();
            let was = signal[STEPS - 1 - ago];
            assert!(
                (said - was).abs() < 0.02,
                "d = {d}, θ = {theta}: {ago} steps ago it was {was}, not {said}"
            );
        }
    }
}

/// Without input, and with modReLU left out by a bias of 0, the matrix of a unitary RNN turns its state.
#[test]
fn a_unitary_matrix_keeps_lengths() {
    for units in [1, 2, 3, 5, 17] {
        let mut params = Params::<f64>::new(1);
        let layer = UnitaryRnn::new(units).return_sequences(true).build(&mut params, "rnn", 1);
        let h_0 = params.add("h_0", [3, 2 * units], Init::Normal { mean: 0.0, std: 1.0 });
        let tape = Tape::new(&params, Memory::new());
        let outputs = layer.forward_from(tape.zeros([3, 40, 1]), tape.param(h_0)).0.value();
        let norms = |rows: &[f64]| -> Vec<f64> {
            rows.chunks(2 * units).map(|row| row.iter().map(|x| x * x).sum::<f64>().sqrt()).collect()
        };
        for (row, was) in norms(&params[h_0]).into_iter().enumerate() {
            for norm in norms(&outputs[row * 80 * units..][..80 * units]) {
                assert!((norm / was - 1.0).abs() < 1e-8, "{units} units: {norm}, not {was}");
            }
        }
    }
}

/// A bistable unit whose feedback is above 1 stays on the side on which it is; below 1 it forgets.
#[test]
fn a_bistable_unit_holds_its_side() {
    for (b_a, kept) in [(1.0, true), (-1.0, false)] {
        let mut params = Params::<f64>::new(2);
        let brc = Brc::new(1).build(&mut params, "brc", 1);
        params[brc.cell.u].fill(0.0);
        params[brc.cell.b][0] = b_a;
        let tape = Tape::new(&params, Memory::new());
        let h_0 = tape.input([2, 1], &[0.01, -0.01]);
        let h = brc.forward_from(tape.zeros([2, 200, 1]), h_0).0.value();
        let a = 1.0 + f64::tanh(b_a);
        assert!((h[0] - (a * h[0]).tanh()).abs() < 1e-9 && (h[0] + h[1]).abs() < 1e-12, "{h:?}");
        assert_eq!(h[0] > 0.5, kept, "{h:?}");
    }
}

/// The voltage of a liquid time-constant neuron stays between those to which its leak and its synapses pull it, whatever the weights and inputs.
#[test]
fn a_liquid_time_constant_is_stable() {
    let mut params = Params::<f64>::new(3);
    let ltc = Ltc::new(5).return_sequences(true).build(&mut params, "ltc", 2);
    let wild = Init::Normal { mean: 0.0, std: 30.0 };
    let x = params.add("x", [3, 50, 2], wild);
    let names = [ltc.cell.inputs.w, ltc.cell.inputs.s, ltc.cell.neurons.w, ltc.cell.neurons.s];
    names.iter().for_each(|&param| params[param].iter_mut().for_each(|w| *w *= 100.0));
    let tape = Tape::new(&params, Memory::new());
    let v = ltc.forward(tape.param(x)).value();
    let low = params[ltc.cell.v_l].iter().copied().fold(-1.0, f64::min);
    let high = params[ltc.cell.v_l].iter().copied().fold(1.0, f64::max);
    assert!(v.iter().all(|v| (low..=high).contains(v)), "not within {low} and {high}: {v:?}");
    assert!(v.iter().any(|v| v.abs() > 0.1), "{v:?}");
}
