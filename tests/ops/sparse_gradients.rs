//! Optimizers and clipping with the gradient of a table of which a step reads few rows: the numbers of other libraries,
//! those of a dense gradient, and nothing done for the other rows.

use crate::common::case::{self, Case, assert_close};
use crate::common::numbers::real;
use tapeloop::nn::{Embedding, EmbeddingLayer};
use tapeloop::ops::{Backward, Forward, Rule};
use tapeloop::optim::{Adam, Clip, Norm, Optimizer, RmsProp, Rows, Sgd, WeightDecay};
use tapeloop::{Gradients, Init, Memory, Param, Params, Tape};

/// Every branch of the update loops.
fn all(rows: Rows) -> Vec<Box<dyn Optimizer<f64>>> {
    let (lr, decay, l2) = (0.1, WeightDecay::Decoupled(0.1), WeightDecay::L2(0.1));
    let sgd = Sgd { rows, ..Sgd::pytorch(lr, 0.9) };
    let rms = RmsProp { rows, ..RmsProp::keras(lr) };
    let adam = Adam { rows, ..Adam::pytorch(lr) };
    vec![
        Box::new(Sgd { rows, ..Sgd::new(lr) }),
        Box::new(Sgd { rows, weight_decay: l2, ..Sgd::new(lr) }),
        Box::new(Sgd { rows, weight_decay: decay, ..Sgd::new(lr) }),
        Box::new(Sgd { dampening: 0.3, ..sgd.clone() }),
        Box::new(Sgd { nesterov: true, weight_decay: decay, ..sgd }),
        Box::new(RmsProp { weight_decay: l2, ..rms.clone() }),
        Box::new(RmsProp { centred: true, ..rms.clone() }),
        Box::new(RmsProp { momentum: 0.5, weight_decay: decay, ..rms.clone() }),
        Box::new(RmsProp { centred: true, momentum: 0.5, start: 1.0, ..rms }),
        Box::new(Adam { weight_decay: l2, ..adam.clone() }),
        Box::new(Adam { amsgrad: true, weight_decay: decay, beta2: 0.9, ..adam }),
    ]
}

/// Sets the gradient to `Σ` of these rows, as a batch does that reads the words `ids`.
fn backward(params: &Params<f64>, table: Param, ids: &[usize], rows: &[f64], grads: &mut Gradients<f64>) {
    let tape = Tape::new(params, Memory::new());
    let y = tape.param(table).gather([ids.len()], ids);
    grads.zero();
    tape.backward((y * tape.input(y.shape(), rows)).sum(), grads);
}

/// Repeats a recorded trajectory.
fn replay(case: &Case, mut optimizer: impl Optimizer<f64>) {
    let start = case.array("param.w0");
    let mut params = Params::new(0);
    let table = params.add_table("w", start.shape(), Init::Zeros);
    params[table].copy_from_slice(start.data());
    let mut grads = params.zero_gradients();
    let (ids, rows) = (case.integers("input.ids"), case.array("input.grad"));
    let expected = case.array("expected.w");
    let [steps, n, d] = *rows.shape().sizes() else { panic!("{}", case.name) };
    for t in 0..steps {
        let ids: Vec<usize> = ids[t * n..][..n].iter().map(|&id| id as usize).collect();
        backward(&params, table, &ids, &rows.data()[t * n * d..][..n * d], &mut grads);
        optimizer.step(&mut params, &grads);
        let w = &params[table];
        let what = format!("{} after step {}", case.name, t + 1);
        assert_close(&what, w, &expected.data()[t * w.len()..][..w.len()], 1e-12);
    }
}

#[test]
fn pytorch() {
    for case in &case::folder("torch/sparse") {
        let momentum = Sgd::pytorch(0.1, 0.9);
        match &*case.name {
            "sgd" => replay(case, Sgd::new(0.1)),
            "sgd_momentum" => replay(case, momentum),
            "sgd_momentum_dampening" => replay(case, Sgd { dampening: 0.3, ..momentum }),
            "sgd_nesterov" => replay(case, Sgd { nesterov: true, ..momentum }),
            "sparse_adam" => replay(case, Adam::pytorch_sparse(0.01)),
            "sparse_adam_eps1e-2" => {
                replay(case, Adam { beta1: 0.8, beta2: 0.99, eps: 1e-2, ..Adam::pytorch_sparse(0.01) });
            }
            other => panic!("no entry for {other}"),
        }
    }
}

#[test]
fn tf1() {
    for case in &case::folder("keras2_tf1/tf1_sparse") {
        let (lr, eps) = (0.125, 2.0_f64.powi(-20));
        let rms = RmsProp { rho: 0.875, eps, ..RmsProp::tf1(lr) };
        match &*case.name {
            "adam" => replay(case, Adam { beta1: 0.25, beta2: 0.5, eps, ..Adam::tf1(lr) }),
            "gradient_descent" => replay(case, Sgd::new(lr)),
            "momentum" => replay(case, Sgd::tf1(lr, 0.875)),
            "momentum_nesterov" => replay(case, Sgd { nesterov: true, ..Sgd::tf1(lr, 0.875) }),
            "rmsprop" => replay(case, rms),
            "rmsprop_centered_momentum" => {
                replay(case, RmsProp { centred: true, momentum: 0.75, eps: 2.0_f64.powi(-10), ..rms });
            }
            other => panic!("no entry for {other}"),
        }
    }
}

#[test]
fn keras_2() {
    for case in &case::folder("keras2_tf1/keras2_sparse") {
        let (lr, beta2) = (0.125, 0.984375);
        let adam = Adam { beta1: 0.875, beta2, ..Adam::keras(lr) };
        match &*case.name {
            "adam" => replay(case, adam),
            "legacy_adam" => replay(case, Adam { amsgrad: true, ..adam }),
            "legacy_rmsprop" => replay(case, RmsProp { rho: 0.875, ..RmsProp::keras2_legacy(lr, 0.0) }),
            "legacy_rmsprop_momentum" => {
                replay(case, RmsProp { rho: 0.875, ..RmsProp::keras2_legacy(lr, 0.75) });
            }
            "legacy_sgd_momentum" => replay(case, Sgd { rows: Rows::Touched, ..Sgd::keras(lr, 0.875) }),
            "rmsprop_momentum" => {
                replay(case, RmsProp { rho: 0.875, momentum: 0.75, centred: true, ..RmsProp::keras(lr) });
            }
            "sgd_nesterov" => replay(case, Sgd { nesterov: true, ..Sgd::keras(lr, 0.875) }),
            other => panic!("no entry for {other}"),
        }
    }
}

fn bits(x: &[f64]) -> Vec<u64> {
    x.iter().map(|x| x.to_bits()).collect()
}

/// Three arrays, the table in the middle, and the same with a table that is an array like any other.
#[test]
fn all_rows_is_bitwise_a_dense_gradient() {
    let (v, d) = (7, 3);
    let build = |sparse: bool| {
        let mut params = Params::<f64>::new(5);
        let init = Init::Normal { mean: 0.0, std: 1.0 };
        let a = params.add("a", [2, d], init);
        let table = if sparse { params.add_table("w", [v, d], init) } else { params.add("w", [v, d], init) };
        let b = params.add("b", [5], init);
        (params, [a, table, b])
    };
    for (mut sparse, mut dense) in all(Rows::All).into_iter().zip(all(Rows::All)) {
        let [mut one, mut two] = [build(true), build(false)];
        let [mut one_grads, mut two_grads] = [one.0.zero_gradients(), two.0.zero_gradients()];
        for t in 0..12 {
            let ids = [t % 3, 5, (t * t) % 4, 5];
            let step = |(params, [a, table, b]): &mut (Params<f64>, [Param; 3]),
                        grads: &mut Gradients<f64>,
                        optimizer: &mut dyn Optimizer<f64>| {
                let tape = Tape::new(params, Memory::new());
                let y = tape.param(*table).gather([2, 2], &ids).reshape([4, d]);
                let y = y.matmul_nt(tape.param(*a)).tanh().sum() + tape.param(*b).square().sum();
                grads.zero();
                tape.backward(y, grads);
                optimizer.step(params, grads);
            };
            step(&mut one, &mut one_grads, &mut *sparse);
            step(&mut two, &mut two_grads, &mut *dense);
            assert_eq!(bits(one_grads.flat()), bits(two_grads.flat()), "gradients of step {t}");
            assert_eq!(bits(one.0.flat()), bits(two.0.flat()), "weights after step {t}");
        }
    }
}

/// A table of which the same rows are read in each step, and a dense weight of only those.
#[test]
fn touched_rows_are_bitwise_a_smaller_weight() {
    let (v, d, ids) = (9, 3, [6, 1, 4]);
    for (mut sparse, mut dense) in all(Rows::Touched).into_iter().zip(all(Rows::All)) {
        let mut params = Params::<f64>::new(5);
        let table = params.add_table("w", [v, d], Init::Normal { mean: 0.0, std: 1.0 });
        let start = params[table].to_vec();
        let mut small = Params::<f64>::new(0);
        let w = small.add("w", [3, d], Init::Zeros);
        for (row, id) in ids.iter().enumerate() {
            small[w][row * d..][..d].copy_from_slice(&start[id * d..][..d]);
        }
        let [mut grads, mut small_grads] = [params.zero_gradients(), small.zero_gradients()];
        for t in 0..12 {
            let rows = real::<f64>(3 * d, t);
            backward(&params, table, &ids, &rows, &mut grads);
            sparse.step(&mut params, &grads);
            small_grads[w].copy_from_slice(&rows);
            dense.step(&mut small, &small_grads);
            for id in 0..v {
                let got = bits(&params[table][id * d..][..d]);
                let row = ids.iter().position(|&i| i == id);
                let expected = row.map_or(&start[id * d..][..d], |row| &small[w][row * d..][..d]);
                assert_eq!(got, bits(expected), "row {id} after step {t}");
            }
        }
    }
}

/// The means of a row stand still while it has no gradient; those of [`Rows::All`] decay.
#[test]
fn moments_of_other_rows() {
    for (rows, factor) in [(Rows::Touched, 1.0), (Rows::All, 0.5)] {
        let mut adam = Adam { beta1: 0.5, rows, ..Adam::pytorch(0.1) };
        let mut params = Params::<f64>::new(0);
        let table = params.add_table("w", [3, 1], Init::Zeros);
        let mut grads = params.zero_gradients();
        backward(&params, table, &[1], &[4.0], &mut grads);
        adam.step(&mut params, &grads);
        let w = params[table][1];
        backward(&params, table, &[0], &[4.0], &mut grads);
        adam.step(&mut params, &grads);
        assert_eq!(adam.state.moments()[0].unwrap()[table], [2.0, 2.0 * factor, 0.0]);
        assert_eq!(params[table][1] == w, rows == Rows::Touched);
    }
}

/// Against the rule that it will add to the rows it names, this op writes NaN into row 7 and names none: so the number
/// shows whoever looks at a row that nobody touched.
#[derive(Debug)]
struct Poison;

impl Rule<f64> for Poison {
    fn name(&self) -> &'static str {
        "poison"
    }
    fn shape(&self, _: tapeloop::ops::Inputs<'_, f64>) -> tapeloop::Shape {
        tapeloop::Shape::from([])
    }
    fn forward(&self, at: Forward<'_, f64>) {
        at.y.fill(0.0);
    }
    fn vjp(&self, mut at: Backward<'_, f64>) {
        let d = at.x.shape(0).last();
        at.grad_rows(0, std::iter::empty()).unwrap()[7 * d..][..d].fill(f64::NAN);
    }
}

/// A large table next to a dense weight; the gradient has row 3 and 9,998, and a poisoned row 7, whose weights are
/// infinite: 0·∞ is NaN, so that no loop passes over them unnoticed.
fn poisoned() -> (Params<f64>, EmbeddingLayer, Gradients<f64>) {
    let mut params = Params::<f64>::new(0);
    let dense = params.add("dense", [5], Init::Constant(1.0));
    let words = Embedding::new(10_000, 3).build(&mut params, "words");
    params[words.table][21..24].fill(f64::INFINITY);
    let mut grads = params.zero_gradients();
    let tape = Tape::new(&params, Memory::new());
    let poison = tape.custom(&Poison, &[tape.param(words.table)]);
    let loss = words.forward(&tape, [2, 2], &[3, 9_998, 3, 3]).sum() + tape.param(dense).sum() + poison;
    tape.backward(loss, &mut grads);
    (params, words, grads)
}

fn is_poisoned(grads: &Gradients<f64>, words: &EmbeddingLayer) -> bool {
    grads[words.table][21..24].iter().all(|g| g.is_nan())
}

#[test]
fn nothing_is_done_for_rows_without_gradient() {
    let optimizers =
        all(Rows::Touched).into_iter().chain([Box::new(Sgd::new(0.1)) as Box<dyn Optimizer<f64>>]);
    for (k, mut optimizer) in optimizers.enumerate() {
        let (mut params, words, grads) = poisoned();
        let numbers: usize = grads.touched().map(|range| range.len()).sum();
        assert!((6 + 5..6 + 5 + 16).contains(&numbers), "two rows and five weights, not {numbers}");
        let before = params[words.table].to_vec();
        optimizer.step(&mut params, &grads);
        let after = &params[words.table];
        assert!(after[21..24].iter().all(|w| w.is_infinite()), "optimizer {k}");
        let moved: Vec<usize> = (0..30_000).filter(|&i| before[i].to_bits() != after[i].to_bits()).collect();
        assert_eq!(moved, [9, 10, 11, 29_994, 29_995, 29_996], "optimizer {k}");
        assert!(params.named("dense").values.iter().all(|w| w.is_finite() && *w != 1.0));
    }

    let norm = (3.0 * 9.0 + 3.0 + 5.0_f64).sqrt();
    for (clip, size, row_3) in [
        (Clip::Value(2.0), 3.0, 2.0),
        (Clip::Norm(1.0), 30.0_f64.sqrt(), 3.0 / 30.0_f64.sqrt()),
        (Clip::GlobalNorm(1.0), norm, 3.0 / norm),
        (Clip::PyTorch { max: 1.0, norm: Norm::L1 }, 17.0, 3.0 / (17.0 + 1e-6)),
    ] {
        let (params, words, mut grads) = poisoned();
        let found = clip.apply(&params, &mut grads);
        assert_close(&format!("{clip:?}"), &[found], &[size], 1e-15);
        assert_close(&format!("{clip:?}"), &grads[words.table][9..12], &[row_3; 3], 1e-15);
        assert!(is_poisoned(&grads, &words));
        grads.zero();
        assert!(is_poisoned(&grads, &words));
        assert_eq!(grads[words.table].iter().filter(|&&g| g != 0.0).count(), 3, "the other rows are 0");
        // Unless somebody may have written anywhere.
        grads.flat_mut();
        grads.zero();
        assert!(grads.flat().iter().all(|&g| g == 0.0));
    }
}
