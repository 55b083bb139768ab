//! The negative control: the gradient check finds each kind of mistake, and finds nothing else.

use std::cell::Cell;

use crate::common::gradients::{Checks, normal};
use crate::common::mistakes::{Mistake, OverwritingNeg, Product, SquareMatMul};
use tapeloop::check::{CheckError, GradCheck, Mode, Report, gradcheck, gradcheck_params};
use tapeloop::ops::Rule;
use tapeloop::{Array, Init, Params};

fn matrices() -> [Array<f64>; 2] {
    let a = vec![0.7, -1.1, 0.4, 2.0, -0.3, 0.9, 1.3, -0.8, 0.6];
    let b = vec![1.2, 0.5, -0.9, 0.25, 1.1, -1.4, 0.8, 0.35, -0.6];
    [a, b].map(|data| Array::new([3, 3], data))
}

/// What the check says of `Σ tanh(rule(a, b))`; plus, if `fan_out`, `Σ (a + b)` further on. Full and
/// directional mode must be of one mind.
fn verdict<C: Rule<f64>>(rule: &'static C, fan_out: bool) -> Result<Report, CheckError> {
    fn check<C: Rule<f64>>(mode: Mode, rule: &'static C, fan_out: bool) -> Result<Report, CheckError> {
        let check = GradCheck { mode, ..GradCheck::default() };
        check.inputs(
            |tape, v| {
                let loss = tape.custom(rule, v).tanh().sum();
                if fan_out { loss + (v[0] + v[1]).sum() } else { loss }
            },
            &matrices(),
        )
    }
    let full = check(Mode::Full, rule, fan_out);
    let directional = check(Mode::Directional { directions: 2, seed: 3 }, rule, fan_out);
    assert_eq!(full.is_ok(), directional.is_ok(), "{rule:?}: {full:?}, {directional:?}");
    full
}

#[test]
fn right_gradients_pass() {
    for fan_out in [false, true] {
        let product = verdict(&Product(Mistake::None), fan_out).unwrap();
        assert_eq!((product.compared, product.wrong), (18, 0));
        verdict(&SquareMatMul { forgets_to_transpose: false }, fan_out).unwrap();
    }
}

#[test]
fn each_mistake_is_found() {
    for fan_out in [false, true] {
        let wrong = |result: Result<Report, CheckError>| match result {
            Err(CheckError::Wrong(report)) => (report.wrong, report.worst.unwrap().name),
            other => panic!("not found: {other:?}"),
        };
        assert_eq!(wrong(verdict(&Product(Mistake::DroppedTerm), fan_out)).0, 9);
        assert_eq!(wrong(verdict(&Product(Mistake::Sign), fan_out)).0, 9);
        assert_eq!(wrong(verdict(&Product(Mistake::Factor), fan_out)).0, 9);
        assert_eq!(wrong(verdict(&Product(Mistake::OneElement), fan_out)), (1, "x1[1, 0]".into()));
        assert_eq!(wrong(verdict(&Product(Mistake::Nan), fan_out)), (1, "x1[1, 0]".into()));
        let (count, worst) = wrong(verdict(&SquareMatMul { forgets_to_transpose: true }, fan_out));
        assert!(count >= 6 && worst.starts_with("x0"), "{count} wrong, the worst {worst}");
    }
}

/// Alone, `=` and `+=` do the same to a gradient of 0. So every op is also tested with inputs that have
/// another use.
#[test]
fn overwriting_a_gradient_is_found_through_fan_out() {
    verdict(&Product(Mistake::Overwrites), false).unwrap();
    let error = verdict(&Product(Mistake::Overwrites), true).unwrap_err();
    assert!(matches!(error, CheckError::Wrong(Report { wrong: 9, .. })), "{error}");
}

#[test]
#[should_panic(expected = "overwriting_neg of shapes [[2]], seed 0, input 0: ")]
fn what_every_op_must_pass_includes_fan_out() {
    Checks::default().check(normal, &[&[2]], &|tape, v| tape.custom(&OverwritingNeg, v));
}

#[test]
fn a_mistake_is_found_among_weights() {
    let [a, b] = matrices();
    let mut params = Params::new(0);
    let handles = [("a", a), ("b", b)].map(|(name, array)| {
        let param = params.add(name, array.shape(), Init::Zeros);
        params[param].copy_from_slice(array.data());
        param
    });
    let error = gradcheck_params(
        |tape| tape.custom(&Product(Mistake::OneElement), &handles.map(|param| tape.param(param))).sum(),
        &params,
    )
    .unwrap_err();
    assert!(error.to_string().contains("the worst: b[1, 0]: "), "{error}");
}

#[test]
fn the_report_names_the_worst_derivative_and_both_its_values() {
    let error =
        gradcheck(|tape, v| tape.custom(&Product(Mistake::OneElement), v).sum(), &matrices()).unwrap_err();
    let CheckError::Wrong(report) = &error else { panic!("{error}") };
    let worst = report.worst.as_ref().unwrap();
    // ∂Σab/∂b[1, 0] is a[1, 0] = 2; the product gives it the element before, a[0, 2] = 0.4.
    assert_eq!(worst.analytic, 0.4);
    assert!((worst.numeric - 2.0).abs() < 1e-10);
    let text = format!(
        "gradcheck: 1 of 18 derivatives are wrong; the worst: x1[1, 0]: \
         analytic 4.000000000000e-1, numeric {:.12e}, apart 1.6e0 (allowed 2.0e-7)",
        worst.numeric
    );
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_loss_that_changes_from_call_to_call_is_reported() {
    let calls = Cell::new(0.0);
    let error = gradcheck(
        |_, v| {
            calls.set(calls.get() + 1.0);
            v[0].sum() + calls.get()
        },
        &[Array::new([2], vec![1.0, 2.0])],
    )
    .unwrap_err();
    assert_eq!(error, CheckError::NotDeterministic(4.0, 5.0));
    assert!(error.to_string().contains("fix the seed"), "{error}");
}

#[test]
fn a_loss_that_is_not_a_number_is_named_as_such() {
    let error = gradcheck(|_, v| v[0].ln().sum(), &[Array::new([2], vec![1.0, -1.0])]).unwrap_err();
    assert_eq!(error.to_string(), "gradcheck: the loss is NaN at the point itself");
}

#[test]
fn settings_that_would_let_everything_pass_are_refused() {
    let x = [Array::new([1], vec![0.5])];
    let bad = [
        GradCheck { eps: 0.0, ..GradCheck::default() },
        GradCheck { eps: f64::NAN, ..GradCheck::default() },
        GradCheck { atol: -1.0, ..GradCheck::default() },
        GradCheck { rtol: f64::NAN, ..GradCheck::default() },
        GradCheck { mode: Mode::Directional { directions: 0, seed: 0 }, ..GradCheck::default() },
    ];
    for check in bad {
        let run = || check.inputs(|_, v| v[0].tanh().sum(), &x);
        assert!(std::panic::catch_unwind(run).is_err(), "{check:?} was accepted");
    }
    // Nothing allowed, and nothing wrong: a constant loss.
    let strict = GradCheck { atol: 0.0, rtol: 0.0, ..GradCheck::default() };
    assert_eq!(strict.inputs(|_, v| (v[0] * 0.0).sum(), &x).unwrap().wrong, 0);
    let none = gradcheck(|tape, _| tape.zeros([]), &[]).unwrap();
    assert_eq!(none.to_string(), "gradcheck: there was nothing to compare");
}
