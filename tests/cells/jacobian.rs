//! Jacobians of states by states.

use crate::common::every_cell::{Visit, every_cell};
use crate::common::panics::panics;
use crate::common::task::Waves;
use tapeloop::bptt::{Task, recurrent_jacobians, spectral_radius};
use tapeloop::check::Loss;
use tapeloop::nn::{Call, Cell, Gru, Recurrent, Spec};
use tapeloop::{Array, Memory, Params, Tape};

struct Jacobians;

impl Visit for Jacobians {
    /// By differences of the step.
    fn visit<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>) {
        const EPSILON: f64 = 2e-6;
        let (task, params) = Waves::new::<S, f64>(layer, [1, 4, 2]);
        let all = recurrent_jacobians(&task, &params);
        assert_eq!(all.len(), 4, "{name}");
        let tape = Tape::without_gradients(&params, Memory::new());
        let mut state = task.cell.zero_state(&tape, 1);
        for (t, jacobian) in all.iter().enumerate() {
            use tapeloop::nn::State;
            let flat = |state: <S::Cell as Cell>::State<'_, f64>| {
                let mut flat = Vec::new();
                let _ = state.map(|variable| {
                    flat.extend(variable.value());
                    variable
                });
                flat
            };
            let size = flat(state).len();
            assert_eq!(jacobian.len(), size * size, "{name}");
            for j in 0..size {
                let at = |move_by: f64| {
                    let mut first = 0;
                    let moved = state.map(|variable| {
                        let mut value = variable.value();
                        if let Some(number) = j.checked_sub(first).and_then(|j| value.get_mut(j)) {
                            *number += move_by;
                        }
                        first += value.len();
                        tape.input(variable.shape(), &value)
                    });
                    flat(task.cell.step(task.input(&tape, t), moved))
                };
                // Four points, and close: layer norm bends much at a state of zeros.
                let [up, down, up_2, down_2] = [1.0, -1.0, 2.0, -2.0].map(|steps| at(steps * EPSILON));
                for i in 0..size {
                    let slope = (8.0 * (up[i] - down[i]) - (up_2[i] - down_2[i])) / (12.0 * EPSILON);
                    assert!((jacobian[i * size + j] - slope).abs() < 1e-9, "{name}, step {t}, [{i}, {j}]");
                }
            }
            assert!(spectral_radius(jacobian).is_finite(), "{name}");
            state = task.cell.step(task.input(&tape, t), state);
        }
        assert!(task.on(&tape).item().is_finite());
    }
}

#[test]
fn jacobians_are_slopes_of_the_step() {
    every_cell(3, &mut Jacobians);
}

struct Along;

impl Visit for Along {
    /// The Jacobians of a traced run are those of the cell alone.
    fn visit<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>) {
        let (task, params) = Waves::new::<S, f64>(layer, [2, 4, 2]);
        let expected = recurrent_jacobians(&task, &params);
        let tape = Tape::new(&params, Memory::new()).traced();
        let inputs: Vec<_> = (0..4).map(|t| task.input(&tape, t)).collect();
        let output = Recurrent::of(task.cell).forward(tape.stack(1, &inputs));
        for (t, expected) in expected.iter().enumerate().skip(1) {
            let jacobian = tape.recurrent_jacobian(0, t);
            assert_eq!(jacobian.len(), expected.len(), "{name}");
            // A clock is data, here.
            let state = tape.state(0, t - 1);
            let columns = state.iter().flat_map(|var| vec![var.needs_grad(); var.shape().len()]);
            let mut columns: Vec<bool> = columns.collect();
            assert!(columns[0], "{name}: h is computed");
            columns = columns.repeat(columns.len());
            for ((ours, theirs), computed) in jacobian.iter().zip(expected).zip(columns) {
                let near = (ours - theirs).abs() < 1e-13 * (1.0 + theirs.abs());
                assert!(if computed { near } else { *ours == 0.0 }, "{name}, step {t}: {ours}, not {theirs}");
            }
        }
        assert_eq!(tape.state(0, 3)[0].value(), tape.trace(0, "h").at(3).value(), "{name}");
        tape.backward(output.sum(), &mut params.zero_gradients());
    }
}

#[test]
fn jacobians_of_a_traced_run_are_those_of_the_cell() {
    every_cell(3, &mut Along);
}

/// A mask, from the end: what is kept has the Jacobian 1; where the sequence begins, there is none.
#[test]
fn jacobians_know_of_masks_and_directions() {
    let mut params = Params::<f64>::new(4);
    let gru = Gru::new(3).go_backwards(true).build(&mut params, "gru", 1);
    let tape = Tape::new(&params, Memory::new()).traced();
    let mask = Some(tape.input([2, 4], &[1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0]));
    let x = tape.input([2, 4, 1], &[0.3; 8]);
    let _ = gru.run(x, Call { mask, ..Call::default() });
    let jacobian = tape.recurrent_jacobian(0, 2);
    assert!((0..36).all(|n| jacobian[n] == if n % 7 == 0 { 1.0 } else { 0.0 }), "{jacobian:?}");
    let radius = |t| spectral_radius(&tape.recurrent_jacobian(0, t));
    assert_eq!(radius(2), 1.0);
    assert_eq!(radius(1), 1.0, "the second row is kept");
    assert!(radius(0) != 1.0);
    panics("recurrent_jacobian: step 3 is the first one", &[], || tape.recurrent_jacobian(0, 3));
    panics("state: sequence 0 has no step 4", &[], || tape.recurrent_jacobian(0, 4));
}

/// `b = a², c = a·b`: with both given `∂c/∂a = b`; by `a` alone `3·a²`.
#[test]
fn variables_of_a_jacobian_are_independent() {
    let params = Params::<f64>::new(0);
    let tape = Tape::new(&params, Memory::new());
    let a = tape.variable(&Array::new([1], vec![3.0]));
    let b = a.square();
    let c = a * b;
    assert_eq!(tape.jacobian(&[c, b], &[a, b]), [9.0, 3.0, 0.0, 1.0]);
    assert_eq!(tape.jacobian(&[c, b], &[b, a]), [3.0, 9.0, 1.0, 0.0]);
    assert_eq!(tape.jacobian(&[c], &[a]), [27.0]);
    assert_eq!(tape.jacobian(&[a], &[b, b]), [0.0, 0.0]);
    assert_eq!(tape.jacobian(&[c], &[c]), [1.0]);
    // What was computed before, and data, don't depend on it; a run of rows doesn't keep anything of the one before.
    let d = c.sin().cos();
    assert_eq!(tape.jacobian(&[a, tape.zeros([2])], &[d]), [0.0; 3]);
    let (row, all) = (tape.jacobian(&[b], &[a]), tape.jacobian(&[d, b, a, b], &[a]));
    assert_eq!((all[1], all[2], all[3]), (row[0], 1.0, row[0]));
    assert!(tape.jacobian(&[], &[a]).is_empty() && tape.jacobian(&[a], &[]).is_empty());
}

#[test]
#[should_panic = "no gradient by"]
fn there_is_no_jacobian_by_data() {
    let params = Params::<f64>::new(0);
    let tape = Tape::new(&params, Memory::new());
    let x = tape.input([1], &[3.0]);
    let _ = tape.jacobian(&[x.square()], &[x]);
}
