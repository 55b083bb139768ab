//! The losses: their gradients against differences, large numbers in f32, and mistakes.

use crate::common::gradients::{Checks, distinct, normal};
use crate::common::panics::panics;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, Uniform};
use tapeloop::ops::{self, BceLimit, Reduction};
use tapeloop::{Memory, Params, Tape};

const REDUCTIONS: [Reduction; 3] = [Reduction::None, Reduction::Sum, Reduction::Mean];

/// One of each kind: a scalar, one element, odd sizes, every rank, nothing.
const SHAPES: [&[usize]; 8] = [&[], &[1], &[17], &[3, 1], &[2, 3], &[3, 1, 5], &[2, 3, 2, 2], &[0, 3]];

/// Numbers in [0.05, 0.95), so far from 0 and 1 that differences stay inside.
fn probabilities(rng: &mut ChaCha8Rng, count: usize) -> Vec<f64> {
    Uniform::new(0.05, 0.95).unwrap().sample_iter(rng).take(count).collect()
}

#[test]
fn every_loss_agrees_with_differences() {
    let mut checks = Checks::default();
    for shape in SHAPES {
        // The mean of nothing is NaN; docs/edges.md has it.
        for reduction in REDUCTIONS.into_iter().filter(|&r| r != Reduction::Mean || !shape.contains(&0)) {
            let two = &[shape, shape];
            checks.check(normal, two, &|_, v| v[0].mse_with(v[1], reduction));
            checks.check(distinct, two, &|_, v| v[0].mae_with(v[1], reduction));
            checks.check(distinct, two, &|_, v| v[0].huber_with(v[1], 0.75, reduction));
            checks.check(normal, two, &|_, v| v[0].bce_logits_with(v[1], reduction));
            for limit in [BceLimit::Probability, BceLimit::Logarithm] {
                checks.check(probabilities, two, &|_, v| v[0].bce_with(v[1], limit, reduction));
            }
            cross_entropy(&mut checks, shape, reduction);
        }
    }
    let losses = ops::NAMES.iter().skip_while(|&&name| name != "mse");
    let missing: Vec<_> = losses.filter(|&&name| !checks.ops.contains(name)).collect();
    assert!(missing.is_empty(), "losses without a gradient test: {missing:?}");
}

/// With every row counting; with class 1, if there is one, ignored; and with a row ignored that has no
/// class at all.
fn cross_entropy(checks: &mut Checks, shape: &[usize], reduction: Reduction) {
    let Some((&classes, rows)) = shape.split_last() else { return };
    let mut targets: Vec<usize> = (0..rows.iter().product()).map(|row| (row + 1) * 7 % classes).collect();
    checks.check(normal, &[shape], &|_, v| v[0].cross_entropy_with(&targets, None, reduction));
    if targets.iter().any(|&class| class != 1) {
        checks.check(normal, &[shape], &|_, v| v[0].cross_entropy_with(&targets, Some(1), reduction));
    }
    if targets.len() > 1 {
        targets[0] = usize::MAX;
        checks
            .check(normal, &[shape], &|_, v| v[0].cross_entropy_with(&targets, Some(usize::MAX), reduction));
    }
}

#[test]
fn the_simple_names_are_means() {
    let params = Params::<f64>::new(0);
    let tape = Tape::new(&params, Memory::new());
    let (p, y) = (tape.input([2, 2], &[0.5, 0.25, 0.75, 0.125]), tape.input([2, 2], &[1.0, 0.0, 0.5, 0.5]));
    let (mean, each) = (Reduction::Mean, Reduction::None);
    for (simple, mean, each) in [
        (p.mse(y), p.mse_with(y, mean), p.mse_with(y, each)),
        (p.mae(y), p.mae_with(y, mean), p.mae_with(y, each)),
        (p.huber(y, 0.3), p.huber_with(y, 0.3, mean), p.huber_with(y, 0.3, each)),
        (p.bce_logits(y), p.bce_logits_with(y, mean), p.bce_logits_with(y, each)),
        (p.bce(y), p.bce_with(y, BceLimit::default(), mean), p.bce_with(y, BceLimit::default(), each)),
        (
            p.cross_entropy(&[1, 0]),
            p.cross_entropy_with(&[1, 0], None, mean),
            p.cross_entropy_with(&[1, 0], None, each),
        ),
    ] {
        assert_eq!(simple.item(), mean.item());
        assert!((simple.item() - each.mean().item()).abs() < 1e-15, "{simple:?}");
    }
}

#[test]
fn large_logits_are_no_problem_in_f32() {
    let params = Params::<f32>::new(0);
    let tape = Tape::new(&params, Memory::new());
    let x = tape.variable(&tapeloop::Array::new([2, 3], vec![3e4, -3e4, 0.0, -1e5, -1e5, -1e5]));
    let loss = x.cross_entropy_with(&[1, 2], None, Reduction::None);
    assert_eq!(loss.value(), [6e4, 3f32.ln()]);
    let logits = tape.input([4], &[1e30, -1e30, 1e30, -1e30]);
    let bce = logits.bce_logits_with(tape.input([4], &[1.0, 0.0, 0.0, 1.0]), Reduction::None);
    assert_eq!(bce.value(), [0.0, 0.0, 1e30, 1e30]);
    tape.backward(loss.sum(), &mut params.zero_gradients());
    let third = 1.0 / 3.0;
    assert_eq!(x.grad(), [1.0, -1.0, 0.0, third, third, third - 1.0]);
}

#[test]
fn a_mean_of_many_terms_is_exact_in_f32() {
    let n = 1 << 20;
    let params = Params::<f32>::new(0);
    let tape = Tape::new(&params, Memory::new());
    let term = 0.1f32 * 0.1;
    let one_by_one = (0..n).fold(0.0, |sum, _| sum + term) / n as f32;
    assert!((one_by_one / term - 1.0).abs() > 1e-3);

    let mse = tape.input([n], &vec![0.1; n]).mse(tape.input([n], &vec![0.0; n])).item();
    assert!((mse / term - 1.0).abs() < 1e-6, "{mse}");
    let sure = tape.input([n, 2], &[0.0, 5.0].repeat(n));
    let [one, all] = [sure.slice(0, 0, 1).cross_entropy(&[1]), sure.cross_entropy(&vec![1; n])];
    assert!((all.item() / one.item() - 1.0).abs() < 1e-6, "{}", all.item());
}

#[test]
fn mistakes_are_named_at_the_caller_s_line() {
    let params = Params::new(0);
    let tape = Tape::new(&params, Memory::new());
    let (a, b) = (tape.input([2, 3], &[0.0; 6]), tape.input([3], &[0.0; 3]));

    let both = ["shapes [2, 3] and [3] differ"];
    panics("mse: ", &both, || a.mse(b));
    panics("mae: ", &both, || a.mae(b));
    panics("huber: ", &both, || a.huber(b, 1.0));
    panics("bce_logits: ", &both, || a.bce_logits(b));
    panics("bce: ", &both, || a.bce(b));
    panics("huber: delta is -0.5, not positive", &[], || a.huber(a, -0.5));
    panics("cross_entropy: 1 targets for logits of shape [2, 3]", &[], || a.cross_entropy(&[0]));
    let (classes, sum) = (["is not below 3, the number of classes"], Reduction::Sum);
    panics("cross_entropy: target 3 of row 1 ", &classes, || a.cross_entropy(&[1, 3]));
    panics("cross_entropy: target 4 of row 1 ", &classes, || a.cross_entropy_with(&[3, 4], Some(3), sum));
}
