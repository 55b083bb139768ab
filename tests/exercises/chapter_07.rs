//! Solutions of the exercises of chapter 7, Checking gradients.

use std::cell::Cell;

use tapeloop::check::{CheckError, GradCheck, Mode, gradcheck};
use tapeloop::ops::{Backward, Forward, Rule};
use tapeloop::{Array, Real};

/// A central difference `D(ε)` is off by `c·ε² + O(ε⁴)`, `D(2ε)` by `4·c·ε²`. In `(4·D(ε) − D(2ε))/3` the `c` cancels, and written out it is the
/// quotient of five points. What is left falls with `ε⁴`: half the step, a 16th of the error.
#[test]
fn exercise_1_five_points_from_two_differences() {
    let l = |w: f64| Real::exp(Real::tanh(w));
    let exact = l(0.3) * (1.0 - Real::tanh(0.3_f64) * Real::tanh(0.3_f64));
    let central = |e: f64| (l(0.3 + e) - l(0.3 - e)) / (2.0 * e);
    let combined = |e: f64| (4.0 * central(e) - central(2.0 * e)) / 3.0;
    let five_points =
        |e: f64| (8.0 * (l(0.3 + e) - l(0.3 - e)) - (l(0.3 + 2.0 * e) - l(0.3 - 2.0 * e))) / (12.0 * e);
    assert!((combined(0.02) - five_points(0.02)).abs() < 1e-13);
    let falls = |quotient: &dyn Fn(f64) -> f64| (quotient(0.02) - exact) / (quotient(0.01) - exact);
    assert!((falls(&central) - 4.0).abs() < 0.1, "{}", falls(&central));
    assert!((falls(&combined) - 16.0).abs() < 0.5, "{}", falls(&combined));
}

/// A softmax whose gradient is twice what it should be.
#[derive(Debug)]
struct TwiceSoftmax;

impl Rule<f64> for TwiceSoftmax {
    fn name(&self) -> &'static str {
        "twice_softmax"
    }
    fn forward(&self, at: Forward<'_, f64>) {
        let x = at.x.value(0);
        let sum: f64 = x.iter().map(|&x| Real::exp(x)).sum();
        at.y.iter_mut().zip(x).for_each(|(y, &x)| *y = Real::exp(x) / sum);
    }
    // dx = y ⊙ (dy − y·dyᵀ), and by mistake 2·
    fn vjp(&self, mut at: Backward<'_, f64>) {
        let along: f64 = at.y.iter().zip(at.dy).map(|(y, dy)| y * dy).sum();
        at.add_with_y(|dy, y| 2.0 * y * (dy - along));
    }
}

/// The outputs of a softmax sum up to 1, whatever the inputs: the sum as a loss has gradient 0, and twice 0 is right. A loss must
/// depend on each output in another way; random weights do.
#[test]
fn exercise_2_a_loss_that_hides_a_mistake() {
    let x = [Array::new([3], vec![0.2, -0.7, 1.1])];
    gradcheck(|tape, v| tape.custom(&TwiceSoftmax, v).sum(), &x).unwrap();
    let weighted =
        gradcheck(|tape, v| (tape.custom(&TwiceSoftmax, v) * tape.input([3], &[0.3, -1.2, 0.8])).sum(), &x);
    let Err(CheckError::Wrong(report)) = weighted else { panic!("not found") };
    assert_eq!(report.wrong, 3);
}

/// At 0 relu has no derivative. The tape says 0, as PyTorch does, the difference quotient ½: from `ε` on one side and 0 on the other. Both
/// are right, and the point is a bad one. A step aside they agree, as long as 0 isn't within `2ε`.
#[test]
fn exercise_3_a_kink() {
    let check = |x: f64| gradcheck(|_, v| v[0].relu().sum(), &[Array::new([1], vec![x])]);
    let Err(CheckError::Wrong(report)) = check(0.0) else { panic!("0 is a kink") };
    let worst = report.worst.unwrap();
    assert!(worst.analytic == 0.0 && (worst.numeric - 0.5).abs() < 1e-9, "{worst}");
    assert!(check(1.5e-4).is_err()); // ε is 1e-4
    check(2.5e-4).unwrap();
    check(-2.5e-4).unwrap();
}

/// Two evaluations to begin with (one for the gradient, one to see that the loss doesn't change by itself), then four for every
/// derivative: 4·100 + 2 of 100 numbers one by one, 4·1 + 2 along a random direction.
#[test]
fn exercise_4_the_price_of_a_check() {
    let x = [Array::new([100], (0..100).map(|i| f64::from(i).sin()).collect())];
    let evaluations = |mode| {
        let count = Cell::new(0);
        let loss = GradCheck { mode, ..GradCheck::default() }.inputs(
            |_, v| {
                count.set(count.get() + 1);
                v[0].tanh().sum()
            },
            &x,
        );
        loss.unwrap();
        count.get()
    };
    assert_eq!(evaluations(Mode::Full), 402);
    assert_eq!(evaluations(Mode::Directional { directions: 1, seed: 0 }), 6);
}
