//! Solutions of the exercises of chapter 10, From the textbook loop to the fast kernel.

use rayon::ThreadPoolBuilder;
use tapeloop::kernels::{Mat, MatMut, gemm};
use tapeloop::nn::{Lstm, Recurrent, SimpleRnn, Spec};
use tapeloop::{Memory, Params, Tape};

fn numbers(count: usize) -> Vec<f32> {
    (0..count).map(|i| (0.7 * i as f32).sin()).collect()
}

/// The nodes of a tape with the squares of the last output, the bytes of its memory, and the gradients.
fn run<S: Spec>(layer: Recurrent<S>, [b, t, i]: [usize; 3]) -> (usize, usize, Vec<f32>) {
    let mut params = Params::<f32>::new(0);
    let layer = layer.build(&mut params, "rnn", i);
    let (tape, mut grads) = (Tape::new(&params, Memory::new()), params.zero_gradients());
    tape.backward(layer.forward(tape.input([b, t, i], &numbers(b * t * i))).square().sum(), &mut grads);
    let nodes = tape.len();
    (nodes, tape.into_memory().bytes(), grads.flat().to_vec())
}

/// A step of the Elman net is six lines: `select`, two products, their sum, the bias, tanh. At once there is nothing in a tape that
/// grows with `T`.
#[test]
fn exercise_1_lines_of_a_step() {
    let more = |layer: SimpleRnn| run(layer, [2, 31, 3]).0 - run(layer, [2, 30, 3]).0;
    assert_eq!(more(SimpleRnn::new(4).unrolled()), 6);
    assert_eq!(more(SimpleRnn::new(4)), 0);
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
        let (_, _, grads) = pool.install(|| run(Lstm::new(96), [24, 12, 32]));
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
        let [short, long] = [20_000, 40_000].map(|t| run(layer(), [1, t, 1]).1 as f64);
        (long - short) / f64::from(20_000 * 32 * 4)
    }
    let [elman, lstm] = [kept(|| SimpleRnn::new(32)), kept(|| Lstm::new(32))];
    assert!((elman - 2.0).abs() < 0.1, "{elman}");
    assert!((lstm - 7.0).abs() < 0.1, "{lstm}");
}
