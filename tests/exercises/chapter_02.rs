//! Solutions of the exercises of chapter 2, The tape.

use tapeloop::check::gradcheck;
use tapeloop::nn::SimpleRnn;
use tapeloop::ops::{Backward, Forward, Rule};
use tapeloop::{Array, Memory, Params, Real, Tape};

/// Four lines: x, x·x, (x·x)·x and the sum. Line 0 is read four times: the first product adds (x + x)·∂L/∂(x·x) = 2x·x = 8, the
/// second one x·x = 4, the sum 1. Together 13 = 3x² + 1.
#[test]
fn exercise_1_a_tape_predicted() {
    let none = Params::new(0);
    let tape = Tape::new(&none, Memory::new());
    let x = tape.variable(&Array::new([1], vec![2.0]));
    let y = x * x * x + x;
    tape.backward(y, &mut none.zero_gradients());
    assert_eq!(y.item(), 10.0);
    assert_eq!(x.grad(), [13.0]);
    let printed = tape.to_string();
    let ops: Vec<&str> = printed.lines().map(|line| line[5..25].trim()).collect();
    assert_eq!(ops, ["leaf", "mul(0, 0)", "mul(1, 0)", "add(2, 0)"]);
}

/// `y = sin x`
#[derive(Clone, Copy, Debug)]
struct Sine;

impl<R: Real> Rule<R> for Sine {
    fn name(&self) -> &'static str {
        "sine"
    }
    fn forward(&self, at: Forward<'_, R>) {
        at.map(|x| R::from_f64(x.to_f64().sin()));
    }
    // dy/dx = cos x
    fn vjp(&self, mut at: Backward<'_, R>) {
        at.add_with_x(|dy, x| dy * R::from_f64(x.to_f64().cos()));
    }
}

#[test]
fn exercise_2_an_operation_of_ones_own() {
    let x = Array::new([2, 2], vec![0.3, -1.2, 2.0, 0.0]);
    gradcheck(|tape, v| (tape.custom(&Sine, &[v[0]]) * v[0]).sum(), &[x]).unwrap();
}

/// `y = x²`, with a mistake: it overwrites.
#[derive(Clone, Copy, Debug)]
struct Overwrites;

impl<R: Real> Rule<R> for Overwrites {
    fn name(&self) -> &'static str {
        "overwrites"
    }
    fn forward(&self, at: Forward<'_, R>) {
        at.map(|x| x * x);
    }
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (dy, x) = (at.dy, at.x.value(0));
        let dx = at.grad(0).expect("the gradient of a variable");
        for ((dx, &dy), &x) in dx.iter_mut().zip(dy).zip(x) {
            *dx = dy * (x + x); // should be +=
        }
    }
}

/// Right as long as nothing has added to the gradient before: where x is read once, or where this operation is the last reader, which
/// has its turn first. Wrong where a later line has added something, as in y + x: the 1 is lost.
#[test]
fn exercise_3_a_rule_that_overwrites() {
    let x = || [Array::new([1], vec![3.0])];
    gradcheck(|tape, v| tape.custom(&Overwrites, &[v[0]]).sum(), &x()).unwrap();
    gradcheck(|tape, v| (v[0] * 5.0 + tape.custom(&Overwrites, &[v[0]])).sum(), &x()).unwrap();

    let wrong = gradcheck(|tape, v| (tape.custom(&Overwrites, &[v[0]]) + v[0]).sum(), &x());
    assert!(wrong.is_err());
    let none = Params::new(0);
    let tape = Tape::new(&none, Memory::new());
    let [x] = x().map(|x| tape.variable(&x));
    tape.backward(tape.custom(&Overwrites, &[x]) + x, &mut none.zero_gradients());
    assert_eq!(x.grad(), [6.0]); // instead of 7
}

/// Each step adds the same number of lines, and none of them is a weight.
#[test]
fn exercise_4_lines_per_step() {
    let mut params = Params::<f64>::new(0);
    let rnn = SimpleRnn::new(4).unrolled().build(&mut params, "rnn", 1);
    let count = |steps: usize| {
        let tape = Tape::new(&params, Memory::new());
        let _ = rnn.forward(tape.input([1, steps, 1], &vec![0.1; steps]));
        let weights =
            tape.to_string().lines().filter(|line| line.contains("leaf                 [4, 4]")).count();
        assert_eq!(weights, 1);
        tape.len()
    };
    let [ten, twenty, thirty] = [10, 20, 30].map(count);
    assert_eq!(twenty - ten, thirty - twenty);
    // select x_t, two products, their sum, the bias, tanh. Besides: x, h_0, three weights.
    assert_eq!([ten, twenty], [6 * 10 + 5, 6 * 20 + 5]);
}
