//! What a traced tape knows of every time step, and what a watched one finds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::common::every_cell::{Visit, every_cell};
use tapeloop::nn::{BasicLstm, Call, Cell, Gru, Lstm, Recurrent, SimpleRnn, Spec, Stacked, zoo};
use tapeloop::{Array, Direction, Gradients, Init, Memory, Param, Params, Real, Tape, Var};

const T: usize = 7;

fn numbers(count: usize) -> Vec<f64> {
    (0..count).map(|n| (1.7 * n as f64).sin()).collect()
}

/// A loss that reads every output.
fn loss<'t>(output: Var<'t, f64>) -> Var<'t, f64> {
    let weights = output.tape().input(output.shape(), &numbers(output.shape().len()));
    (output * weights).sum()
}

/// The names of those that were traced.
struct Traced(BTreeSet<String>);

impl Visit for Traced {
    fn visit<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>) {
        self.0.insert(name.to_owned());
        for backwards in [false, true] {
            let mut params = Params::<f64>::new(2);
            let layer = layer.return_sequences(true).go_backwards(backwards);
            let layer = layer.build(&mut params, "cell", 2);
            let x = Array::new([3, T, 2], numbers(3 * T * 2));

            // Without a trace: outputs, the gradient of every h_t (from the list of steps), and of all weights.
            let unrolled = Recurrent { unrolled: true, ..layer };
            let tape = Tape::new(&params, Memory::new());
            let run = unrolled.run(tape.variable(&x), Call::default());
            let mut expected = params.zero_gradients();
            tape.backward(loss(run.output), &mut expected);
            let outputs = run.trajectory().unwrap().outputs();
            let by_h: Vec<_> = (0..T).map(|t| outputs.at(t).grad()).collect();

            let tape = Tape::new(&params, Memory::new()).traced();
            let layer = Recurrent { unrolled: false, ..unrolled };
            let output = layer.run(tape.variable(&x), Call::default()).output;
            let total = loss(output);
            let mut grads = params.zero_gradients();
            tape.backward(total, &mut grads);
            assert_eq!(grads.flat(), expected.flat(), "{name}");
            let h = tape.trace(0, "h");
            assert_eq!(h.steps().len(), T, "{name}");
            for (t, by_h) in by_h.iter().enumerate() {
                assert_eq!(h.at(t).grad(), *by_h, "{name}, step {t}");
            }
            for (t, norm) in h.gradient_norms() {
                let expected = by_h[t].iter().map(|g| g * g).sum::<f64>().sqrt();
                assert!(norm > 0.0 && (norm / expected - 1.0).abs() < 1e-14, "{name}, step {t}");
            }
            for entry in params.iter() {
                sums_up(&tape, total, entry.param, &grads, name);
            }

            // The same from the operation over all steps, where the cell has one.
            let at_once = Tape::new(&params, Memory::new());
            let whole = layer.run(at_once.variable(&x), Call::default()).output;
            let mut expected = params.zero_gradients();
            at_once.backward(loss(whole), &mut expected);
            let pairs = output.value().into_iter().zip(whole.value());
            for (a, b) in pairs.chain(grads.flat().iter().copied().zip(expected.flat().iter().copied())) {
                assert!((a - b).abs() <= 1e-12 * (1.0 + b.abs()), "{name}: {a} traced, {b} at once");
            }
        }
    }
}

/// The summands of all steps are the gradient; there is one of each step, in the order of backpropagation.
fn sums_up(tape: &Tape<'_, f64>, total: Var<'_, f64>, w: Param, grads: &Gradients<f64>, name: &str) {
    let parts = tape.contributions(total, w);
    let mut sum = vec![0.0; w.shape().len()];
    for (step, part) in &parts {
        assert!(step.is_some_and(|[sequence, _]| sequence == 0), "{name}: {step:?}");
        sum.iter_mut().zip(part).for_each(|(sum, g)| *sum += g);
    }
    // The first step reads a state of zeros: a recurrent weight gets nothing there. (Coupled gates don't use their p_f at all.) Nor does the
    // decay of RWKV get anything at the last step: what decays there is read by the next one.
    let unused = grads[w].iter().all(|&g| g == 0.0);
    // Where a clock doesn't tick, or a relu is shut in all units and rows, the step adds nothing.
    let fewest = match name {
        "clockwork" | "phased_lstm" | "ind_rnn" | "unitary_rnn" => 1,
        "rwkv" => T - 2,
        _ => T - 1,
    };
    let expected = if unused { 0..=0 } else { fewest..=T };
    assert!(expected.contains(&parts.len()), "{name}: {} parts", parts.len());
    for (sum, g) in sum.iter().zip(&grads[w]) {
        assert!((sum - g).abs() <= 1e-13 * (1.0 + g.abs()), "{name}: {sum}, not {g}");
    }
}

#[test]
fn every_cell_can_be_traced() {
    let mut traced = Traced(BTreeSet::new());
    every_cell(4, &mut traced);
    for name in zoo::NAMES {
        assert!(traced.0.contains(*name), "{name} was not traced");
    }
}

/// Names of the paper, with the values that the equations give them.
#[test]
fn gates_are_what_the_equations_say() {
    let sigma = |a: f64| 1.0 / (1.0 + (-a).exp());
    let tracer =
        |params: &Params<f64>, forward: &dyn for<'t> Fn(Var<'t, f64>) -> Var<'t, f64>, names: &[&str]| {
            let tape = Tape::new(params, Memory::new()).traced();
            let x = tape.input([2, T, 3], &numbers(2 * T * 3));
            tape.backward(forward(x).sum(), &mut params.zero_gradients());
            let value = |name: &&str| {
                let steps = tape.trace(0, name);
                assert!(steps.gradient_norms().iter().all(|&(_, norm)| norm.is_finite()));
                (0..T).flat_map(|t| steps.at(t).value()).collect::<Vec<f64>>()
            };
            names.iter().map(value).collect::<Vec<_>>()
        };
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-14, "{a} and {b}");
    for (content, basic) in [("g", false), ("j", true)] {
        let mut params = Params::new(1);
        let names = ["a_i", "a_f", "a_o", "i", "f", "o", "c", "h", content];
        let all = if basic {
            let layer = BasicLstm::new(4).build(&mut params, "lstm", 3);
            tracer(&params, &|x| layer.forward(x), &names)
        } else {
            let layer = Lstm::new(4).build(&mut params, "lstm", 3);
            tracer(&params, &|x| layer.forward(x), &names)
        };
        for n in 0..T * 8 {
            let [a_i, a_f, a_o, i, f, o, c, h, g] = std::array::from_fn(|k| all[k][n]);
            [(i, a_i), (f, a_f), (o, a_o)].into_iter().for_each(|(gate, a)| near(gate, sigma(a)));
            near(h, o * c.tanh());
            near(c, i * g + if n < 8 { 0.0 } else { f * all[6][n - 8] });
        }
    }
    let mut params = Params::new(1);
    let layer = Gru::new(4).build(&mut params, "gru", 3);
    let all = tracer(&params, &|x| layer.forward(x), &["a_z", "a_r", "a_n", "z", "r", "n", "h"]);
    for i in 0..T * 8 {
        let [a_z, a_r, a_n, z, r, n, h] = std::array::from_fn(|k| all[k][i]);
        let gates = [(z, sigma(a_z)), (r, sigma(a_r)), (n, a_n.tanh())];
        gates.into_iter().for_each(|(gate, expected)| near(gate, expected));
        near(h, (1.0 - z) * n + if i < 8 { 0.0 } else { z * all[6][i - 8] });
    }
}

/// Each cell has its gates and pre-activations by the names that its equations have: what a file of the zoo says `named("…")` of, and `h`.
struct Names {
    /// What each file of the zoo says.
    sources: BTreeMap<String, BTreeSet<String>>,
}

impl Names {
    fn new() -> Self {
        let folder = format!("{}/src/nn/zoo", env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let names = |file: PathBuf| {
            let text = std::fs::read_to_string(&file).unwrap();
            let named = text.split(".named(\"").skip(1).filter_map(|rest| rest.split('"').next());
            (file.file_stem().unwrap().to_string_lossy().into_owned(), named.map(str::to_owned).collect())
        };
        Self { sources: files.map(names).collect() }
    }
}

impl Visit for Names {
    fn visit<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>) {
        let mut params = Params::<f64>::new(2);
        let layer = layer.build(&mut params, "cell", 2);
        let tape = Tape::new(&params, Memory::new()).traced();
        let output = layer.forward(tape.variable(&Array::new([3, T, 2], numbers(3 * T * 2))));
        tape.backward(output.sum(), &mut params.zero_gradients());
        let names: BTreeSet<&str> = tape.names(0).into_iter().collect();
        for name in &names {
            let trace = tape.trace(0, name);
            assert_eq!(trace.steps().len(), T, "{name}");
            assert!((0..T).all(|t| trace.at(t).value().iter().all(|x| x.is_finite())), "{name}");
        }
        assert!(tape.trace(0, "h").gradient_norms().iter().all(|(_, norm)| norm.is_finite()), "{name}");
        let listed = |names: &'static str| names.split(' ').collect::<BTreeSet<&str>>();
        let least = match name {
            "of one's own" => listed("h"),
            "lstm_coupled" | "lstm, all" => listed("a_g a_i a_o c f g h i o"),
            "basic_lstm" => listed("a_f a_i a_j a_o c f h i j o"),
            "gru" | "gru_reset_before" => listed("a_n a_r a_z h h_n n r z"),
            _ if name.starts_with("simple_rnn") => listed("a h"),
            _ if name.starts_with("lstm") && name != "lstm_1997" => listed("a_f a_g a_i a_o c f g h i o"),
            _ => {
                let own = self.sources.get(name.strip_suffix("_first").unwrap_or(name));
                own.unwrap_or_else(|| panic!("{name}: no file")).iter().map(String::as_str).collect()
            }
        };
        assert!(least.is_subset(&names), "{name}: {names:?} without some of {least:?}");
        assert!(names.len() > 1 || name == "of one's own", "{name}: nothing but h has a name");
    }
}

#[test]
fn gates_have_names_in_every_cell() {
    every_cell(4, &mut Names::new());
}

/// `∂L/∂W_hh = Σ_t h_{t−1}ᵀ·∂L/∂a_t`, summand by summand.
#[test]
fn a_contribution_is_an_outer_product() {
    let mut params = Params::<f64>::new(4);
    let rnn = SimpleRnn::new(3).return_sequences(true).build(&mut params, "rnn", 2);
    let tape = Tape::new(&params, Memory::new()).traced();
    let total = loss(rnn.forward(tape.input([1, T, 2], &numbers(T * 2))));
    let parts = tape.contributions(total, rnn.cell.w_hh);
    tape.backward(total, &mut params.zero_gradients());
    let (h, a) = (tape.trace(0, "h"), tape.trace(0, "a"));
    assert!(parts.iter().map(|(step, _)| step.unwrap()[1]).eq((1..T).rev()));
    for (step, part) in parts {
        let [_, t] = step.unwrap();
        let (before, da) = (h.at(t - 1).value(), a.at(t).grad());
        for i in 0..3 {
            for j in 0..3 {
                assert!((part[3 * i + j] - before[i] * da[j]).abs() < 1e-15, "step {t}");
            }
        }
    }
}

/// A cell of one's own, its quantity by the name that it has been given, and what is added to its weights.
#[test]
fn a_cell_of_ones_own_has_its_names() {
    #[derive(Clone, Copy)]
    struct Leaky(Param);
    impl Cell for Leaky {
        type State<'t, R: Real> = Var<'t, R>;
        fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
            tape.zeros([batch, 1])
        }
        fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
            let new = x_t.matmul(x_t.tape().param(self.0)).named("new");
            h * 0.5 + new
        }
    }
    let mut params = Params::<f64>::new(0);
    let w = params.add("w", [1, 1], Init::Constant(3.0));
    let tape = Tape::new(&params, Memory::new()).traced();
    let h_last = Recurrent::of(Leaky(w)).forward(tape.input([1, 3, 1], &[1.0, 2.0, 4.0]));
    let total = h_last.sum();
    tape.backward(total, &mut params.zero_gradients());
    assert_eq!(tape.names(0), ["h", "new"]);
    let new = tape.trace(0, "new");
    assert_eq!([0, 1, 2].map(|t| new.at(t).item()), [3.0, 6.0, 12.0]);
    assert_eq!(new.gradient_norms(), [(0, 0.25), (1, 0.5), (2, 1.0)]);
    let parts = tape.contributions(total, w);
    let parts: Vec<_> = parts.into_iter().map(|(step, part)| (step.unwrap()[1], part[0])).collect();
    assert_eq!(parts, [(2, 4.0), (1, 1.0), (0, 0.25)]);
    assert_eq!(tape.recurrent_jacobian(0, 2), [0.5]);
}

/// The square of a number of 10⁻²⁰⁰ is 0, and that of 10²⁰⁰ infinite.
#[test]
fn norms_are_found_as_far_as_numbers_go() {
    let params = Params::<f64>::new(0);
    for size in [0.0, 1e-308, 1e-200, 1e-142, 1e-139, 1.0, 1e139, 1e142, 1e200, 1e307] {
        let tape = Tape::new(&params, Memory::new());
        let x = tape.variable(&Array::new([2], vec![1.0, 1.0]));
        let weights = tape.input([2], &[3.0 * size, 4.0 * size]);
        tape.backward((x * weights).sum(), &mut params.zero_gradients());
        assert!((x.grad_norm() - 5.0 * size).abs() <= 1e-14 * size, "{size}: {}", x.grad_norm());
    }
}

/// Two layers, and one on top that belongs to no step.
#[test]
fn sequences_are_counted() {
    let mut params = Params::<f64>::new(4);
    let layer = |h| Lstm::new(h).return_sequences(true);
    let stack = Stacked::new([layer(3), layer(2)]).build(&mut params, "lstm", 1);
    let scale = params.add("scale", [1, T, 2], Init::Constant(0.5));
    let tape = Tape::new(&params, Memory::new()).traced();
    let total = loss(stack.forward(tape.input([1, T, 1], &numbers(T))) * tape.param(scale));
    tape.backward(total, &mut params.zero_gradients());
    for (sequence, units) in [(0, 3), (1, 2)] {
        assert_eq!(tape.trace(sequence, "c").at(5).shape().sizes(), [1, units]);
    }
    let parts = tape.contributions(total, scale);
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].0, None);
    let second = stack.layers[1].cell.w_hh;
    assert!(tape.contributions(total, second).iter().all(|(step, _)| step.unwrap()[0] == 1));
}

/// A layer within each step of another one: afterwards the step is that of the outer one again.
#[test]
fn a_sequence_within_a_step() {
    let mut params = Params::<f64>::new(4);
    let rnn = SimpleRnn::new(2).return_sequences(true).build(&mut params, "rnn", 1);
    let scale = params.add("scale", [], Init::Constant(0.5));
    let tape = Tape::new(&params, Memory::new()).traced();
    let (outer, mut sum) = (tape.begin_sequence(), tape.zeros([]));
    for t in 0..3 {
        tape.at_step(Some([outer, t]));
        let inner = rnn.forward(tape.input([1, 4, 1], &[0.1, 0.2, 0.3, 0.4 + t as f64])).sum();
        sum = sum + (inner * tape.param(scale)).named("term");
    }
    tape.at_step(None);
    tape.backward(sum, &mut params.zero_gradients());
    assert_eq!(tape.trace(outer, "term").steps().len(), 3);
    let parts = tape.contributions(sum, scale);
    assert!(parts.iter().map(|(step, _)| step.unwrap()).eq([2, 1, 0].map(|t| [outer, t])), "{parts:?}");
    let parts = tape.contributions(sum, rnn.cell.w_ih);
    assert!(
        parts.iter().map(|(step, _)| step.unwrap()[0]).eq([3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1]),
        "{parts:?}"
    );
}

/// Where a step is masked, `h` is the state that is kept.
#[test]
fn a_masked_step_keeps_its_h() {
    let mut params = Params::<f64>::new(4);
    let lstm = Lstm::new(2).build(&mut params, "lstm", 1);
    let tape = Tape::new(&params, Memory::new()).traced();
    let mask = Some(tape.lengths(&[2], 4));
    let output = lstm.run(tape.input([1, 4, 1], &numbers(4)), Call { mask, ..Call::default() }).output;
    tape.backward(output.sum(), &mut params.zero_gradients());
    let h = tape.trace(0, "h");
    assert_eq!([h.at(2).value(), h.at(3).value()], [h.at(1).value(), h.at(1).value()]);
    assert!(h.gradient_norms().iter().all(|&(_, norm)| norm > 0.0));
}

#[test]
#[should_panic = "there are 1 values on the tape already"]
fn a_tape_is_traced_from_its_beginning() {
    let params = Params::<f64>::new(0);
    let tape = Tape::new(&params, Memory::new());
    tape.zeros([1]);
    let _ = tape.traced();
}

/// A tape over the weights `w = [w, w]`.
fn with_weights(w: f64, tape_of: impl FnOnce(&Params<f64>)) {
    let mut params = Params::new(0);
    params.add("w", [2], Init::Constant(w));
    tape_of(&params);
}

#[test]
fn the_first_number_that_is_none_is_found() {
    with_weights(-1.0, |params| {
        let tape = Tape::new(params, Memory::new()).watched();
        let w = tape.param(params.find("w").unwrap());
        let sequence = tape.begin_sequence();
        for t in 0..5 {
            tape.at_step(Some([sequence, t]));
            let x = tape.input([2], &[t as f64 - 2.5, 1.0]);
            let _ = (x * w).ln().named("log");
        }
        let found = tape.anomaly().unwrap();
        assert_eq!((found.direction, found.op, found.element), (Direction::Forward, "ln", 1));
        assert_eq!((found.step, found.name), (Some([0, 0]), Some("log")));
        assert!(found.value.is_nan() && found.operands[0].sizes() == [2]);
        let text = found.to_string();
        for part in ["forward: `ln` computed NaN", "step 0 of sequence 0", "named log", "operands [2]"] {
            assert!(text.contains(part), "{text}");
        }
    });
    // A weight that isn't finite is named as the operand.
    with_weights(f64::INFINITY, |params| {
        let tape = Tape::new(params, Memory::new()).watched();
        let _ = tape.input([2], &[1.0, 2.0]) * tape.param(params.find("w").unwrap());
        let found = tape.anomaly().unwrap();
        assert_eq!((found.op, found.operand, found.value), ("mul", Some(1), f64::INFINITY));
    });
    // Data.
    with_weights(1.0, |params| {
        let tape = Tape::new(params, Memory::new()).watched();
        let _ = tape.input([3], &[1.0, f64::NAN, 2.0]) + 1.0;
        let found = tape.anomaly().unwrap();
        assert_eq!((found.op, found.element, found.line), ("leaf", 1, 0));
    });
    // A gradient: 1/0 through the middle one of three steps.
    with_weights(2.0, |params| {
        let tape = Tape::new(params, Memory::new()).watched();
        let w = tape.param(params.find("w").unwrap());
        let mut sum = tape.zeros([2]);
        let sequence = tape.begin_sequence();
        for t in 0..3 {
            tape.at_step(Some([sequence, t]));
            sum = sum + (w * (t as f64 - 1.0)).abs().sqrt().named("root");
        }
        tape.at_step(None);
        assert_eq!(tape.anomaly(), None);
        tape.backward(sum.sum(), &mut params.zero_gradients());
        let found = tape.anomaly().unwrap();
        assert_eq!((found.direction, found.op, found.operand), (Direction::Backward, "sqrt", Some(0)));
        assert_eq!((found.step, found.name, found.value), (Some([0, 1]), Some("root"), f64::INFINITY));
        assert!(found.to_string().contains("`sqrt` gives its operand 0 the gradient inf"), "{found}");
    });
    // A gradient of a parameter that was there before.
    with_weights(2.0, |params| {
        let tape = Tape::new(params, Memory::new()).watched();
        let w = tape.param(params.find("w").unwrap());
        let mut grads = params.zero_gradients();
        grads.flat_mut()[1] = f64::INFINITY;
        tape.backward((w * 2.0).sum(), &mut grads);
        let found = tape.anomaly().unwrap();
        assert_eq!((found.direction, found.op, found.operand), (Direction::Backward, "leaf", None));
        assert_eq!((found.line, found.element, found.value), (0, 1, f64::INFINITY));
        assert!(found.to_string().contains("the gradients were given with inf"), "{found}");
    });
    // And nothing where there is nothing; nor in the next tape of the same memory.
    with_weights(-2.0, |params| {
        let tape = Tape::new(params, Memory::new()).watched();
        let _ = tape.param(params.find("w").unwrap()).ln();
        assert!(tape.anomaly().is_some());
        let tape = Tape::new(params, tape.into_memory()).watched();
        let _ = tape.param(params.find("w").unwrap()).square();
        assert_eq!(tape.anomaly(), None);
    });
}

/// A layer that reads a number too large is named with its step, whatever the layer.
#[test]
fn an_overflow_within_a_layer_has_its_step() {
    let mut params = Params::<f32>::new(0);
    let rnn = SimpleRnn::new(4).build(&mut params, "rnn", 1);
    let tape = Tape::new(&params, Memory::new()).watched();
    let mut x = [0.5_f32; 9];
    x[6] = f32::MAX;
    params_are_small(&params);
    let _ = rnn.forward(tape.input([1, 9, 1], &x) * 1e10);
    let found = tape.anomaly().unwrap();
    assert_eq!((found.op, found.step, found.value), ("scale", None, f64::INFINITY));

    let w = params.find("rnn.w_ih").unwrap();
    params[w].fill(f32::MAX);
    let tape = Tape::new(&params, Memory::new()).watched();
    x[6] = 5.0;
    let _ = rnn.forward(tape.input([1, 9, 1], &x));
    let found = tape.anomaly().unwrap();
    assert_eq!((found.op, found.step, found.operands.len()), ("matmul", Some([0, 6]), 2));
}

/// One huge input, and every cell overflows within the step that reads it.
struct Overflow;

impl Visit for Overflow {
    fn visit<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>) {
        let mut params = Params::<f64>::new(2);
        let layer = layer.return_sequences(true).build(&mut params, "cell", 1);
        let mut numbers = numbers(9);
        for huge in [false, true] {
            if huge {
                numbers[3] = f64::MAX;
                params.flat_mut().iter_mut().for_each(|w| *w *= 40.0);
            }
            let tape = Tape::new(&params, Memory::new()).watched();
            let output = layer.forward(tape.input([1, 9, 1], &numbers));
            if !huge {
                tape.backward(loss(output), &mut params.zero_gradients());
                assert_eq!(tape.anomaly(), None, "{name}");
                continue;
            }
            let Some(found) = tape.anomaly() else {
                // Its synapses are shut or open, whatever comes.
                assert!(
                    name == "ltc" && output.value().iter().all(|h| h.is_finite()),
                    "{name}: nothing found"
                );
                continue;
            };
            // A step that reads the input before it, too, may bear the input itself.
            let steps = if name == "rwkv" { 3..=4 } else { 3..=3 };
            let in_time = found.step.is_some_and(|[sequence, t]| sequence == 0 && steps.contains(&t));
            assert!(found.direction == Direction::Forward && in_time, "{name}: {found}");
            assert!(found.op != "leaf" && !found.operands.is_empty(), "{name}: {found}");
        }
    }
}

#[test]
fn an_overflow_within_any_cell_has_its_step() {
    every_cell(4, &mut Overflow);
}

/// A huge gradient arrives at one step: the step is named in which it becomes too large.
#[derive(Default)]
struct Explosion {
    found: usize,
    cells: usize,
}

impl Visit for Explosion {
    fn visit<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>) {
        const ROWS: usize = 64;
        let mut params = Params::<f64>::new(2);
        let layer = layer.return_sequences(true).build(&mut params, "cell", 2);
        let x = numbers(12).repeat(ROWS);
        let before = Tape::without_gradients(&params, Memory::new());
        let outputs = layer.forward(before.input([ROWS, 6, 2], &x));

        let tape = Tape::new(&params, Memory::new()).watched();
        let y = layer.forward(tape.input([ROWS, 6, 2], &x));
        // The loss itself is next to nothing: (y − y)·10³⁰⁸ at step 3.
        let huge = |n: usize| if n / y.shape().last() % 6 == 3 { 1e308 } else { 0.0 };
        let weights: Vec<f64> = (0..y.shape().len()).map(huge).collect();
        let loss = ((y - tape.input(y.shape(), &outputs.value())) * tape.input(y.shape(), &weights)).sum();
        assert_eq!(tape.anomaly(), None, "{name}");
        tape.backward(loss, &mut params.zero_gradients());
        self.cells += 1;
        let Some(found) = tape.anomaly() else { return };
        self.found += 1;
        let in_time = found.step.is_some_and(|[sequence, t]| sequence == 0 && t <= 3);
        assert!(found.direction == Direction::Backward && in_time, "{name}: {found}");
        assert!(
            found.op != "leaf" && found.operand.is_some() && !found.operands.is_empty(),
            "{name}: {found}"
        );
    }
}

#[test]
fn a_gradient_too_large_has_its_step_in_every_cell() {
    let mut explosion = Explosion::default();
    every_cell(4, &mut explosion);
    println!("{} of {} cells", explosion.found, explosion.cells);
    assert!(explosion.found * 10 >= explosion.cells * 9, "only {} of {}", explosion.found, explosion.cells);
}

fn params_are_small(params: &Params<f32>) {
    assert!(params.flat().iter().all(|w| w.abs() < 2.0));
}

#[test]
#[should_panic = "sequence 0 has no \"f\"; it has [\"a\", \"h\"]"]
fn a_name_that_is_not_there() {
    let mut params = Params::<f64>::new(0);
    let rnn = SimpleRnn::new(4).build(&mut params, "rnn", 1);
    let tape = Tape::new(&params, Memory::new()).traced();
    let _ = rnn.forward(tape.input([1, 2, 1], &[0.5; 2]));
    let _ = tape.trace(0, "f");
}

#[test]
#[should_panic = "make the tape with"]
fn a_tape_that_is_not_traced() {
    let params = Params::<f64>::new(0);
    let _ = Tape::new(&params, Memory::new()).trace(0, "h");
}
