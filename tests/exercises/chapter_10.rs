//! Solutions of the exercises of chapter 10, From the textbook loop to the fast kernel.

use crate::counted::{Counted, multiplications};
use rayon::ThreadPoolBuilder;
use tapeloop::kernels::{Mat, MatMut, gemm};
use tapeloop::nn::{Lstm, Recurrent, SimpleRnn, Spec};
use tapeloop::{Memory, Params, Real, Tape};

fn numbers(count: usize) -> Vec<f32> {
    (0..count).map(|i| (0.7 * i as f32).sin()).collect()
}

/// The bytes of the memory of a tape with the squares of the last output, and the gradients.
fn run<S: Spec>(layer: Recurrent<S>, [b, t, i]: [usize; 3]) -> (usize, Vec<f32>) {
    let mut params = Params::<f32>::new(0);
    let layer = layer.build(&mut params, "rnn", i);
    let (tape, mut grads) = (Tape::new(&params, Memory::new()), params.zero_gradients());
    tape.backward(layer.forward(tape.input([b, t, i], &numbers(b * t * i))).square().sum(), &mut grads);
    (tape.into_memory().bytes(), grads.flat().to_vec())
}

/// Multiplications of forward and backward at once, one row of 20 steps; and those of the products, with weights of `gates·H` columns.
fn work<S: Spec>(layer: Recurrent<S>, gates: u64, [i, h]: [u64; 2]) -> [u64; 2] {
    let mut params = Params::<Counted>::new(0);
    let layer = layer.build(&mut params, "rnn", i as usize);
    let x: Vec<Counted> = (0..20 * i).map(|n| Real::from_f64((n as f64).sin())).collect();
    let all = multiplications(|| {
        let tape = Tape::new(&params, Memory::new());
        let loss = layer.forward(tape.input([1, 20, i as usize], &x)).sum();
        tape.backward(loss, &mut params.zero_gradients());
    });
    [all, gates * (2 * 20 * i * h + (3 * 20 - 1) * h * h)]
}

/// Four gates: products with four times as many columns. What is left are 19 multiplications for each unit and step of an LSTM, two of an
/// Elman net. Products have `5·H` for each unit, step and gate, so the share of the rest falls with `H`: 5.7 % at 16 units, 1.5 % at 64.
#[test]
fn exercise_1_what_gates_cost() {
    let rest = |[all, products]: [u64; 2], units: u64| (all - products) / (20 * units);
    let share = |[all, products]: [u64; 2]| (all - products) as f64 / all as f64;
    let elman = work(SimpleRnn::new(16), 1, [16, 16]);
    let [small, large] = [16, 64].map(|h| work(Lstm::new(h as usize), 4, [h, h]));
    assert_eq!(small[1], 4 * elman[1]);
    assert_eq!([rest(elman, 16), rest(small, 16), rest(large, 64)], [2, 19, 19]);
    assert!((share(small) - 0.057).abs() < 0.001 && (share(large) - 0.015).abs() < 0.001);
}

/// Each element of `x·W` is a sum over `k = 0, 1, 2, …` in this order, whether its row is alone or one of fifty. So the inputs of all
/// steps in one product give the same bits as step by step.
#[test]
fn exercise_2_one_product_or_fifty() {
    let [t, i, h] = [50, 37, 21];
    let (x, w) = (numbers(t * i), numbers(i * h));
    let [mut at_once, mut one_by_one] = [(); 2].map(|()| vec![0.0; t * h]);
    gemm::product(Mat::new(&x, t, i), Mat::new(&w, i, h), MatMut::new(&mut at_once, t, h));
    for (x, a) in x.chunks(i).zip(one_by_one.chunks_mut(h)) {
        gemm::product(Mat::new(x, 1, i), Mat::new(&w, i, h), MatMut::new(a, 1, h));
    }
    assert!(at_once.iter().zip(&one_by_one).all(|(a, b)| a.to_bits() == b.to_bits()));
}

/// Threads share out rows of the batch, which don't meet, and elements of the weights' gradients: never the terms of a sum.
#[test]
fn exercise_3_any_number_of_threads() {
    let on = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (_, grads) = pool.install(|| run(Lstm::new(96), [24, 12, 32]));
        grads.iter().map(|g| g.to_bits()).collect::<Vec<_>>()
    };
    let alone = on(1);
    assert!(alone.iter().any(|&bits| bits != 0) && on(2) == alone && on(3) == alone);
}

/// An Elman net keeps `h`, and `∂L/∂h` takes as many numbers: 2 for each unit and step. An LSTM keeps its four gates and `c`, too: 7. Blocks of
/// steps and packed weights don't grow with `T`; `x`, and the place of its gradient, are a 16th here.
#[test]
fn exercise_4_what_is_kept() {
    fn kept<S: Spec>(layer: impl Fn() -> Recurrent<S>) -> f64 {
        let [short, long] = [20_000, 40_000].map(|t| run(layer(), [1, t, 1]).0 as f64);
        (long - short) / f64::from(20_000 * 32 * 4)
    }
    let [elman, lstm] = [kept(|| SimpleRnn::new(32)), kept(|| Lstm::new(32))];
    assert!((elman - 2.0).abs() < 0.1, "{elman}");
    assert!((lstm - 7.0).abs() < 0.1, "{lstm}");
}
