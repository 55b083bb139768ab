//! Arrays so long that threads share them: the same bits for any number of threads.

use tapeloop::optim::{Adam, Optimizer};
use tapeloop::{Array, Init, Memory, Params, Tape};

/// Numbers of more than one thread's share, no multiple of anything.
const LONG: usize = 600_011;

/// Value, gradients and weights after two steps of `Σ (tanh(w·x) + w)² / n` on so many threads.
fn train(threads: usize) -> (f32, Vec<f32>, Vec<f32>, Vec<f32>) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let mut params = Params::<f32>::new(3);
        let w = params.add("w", [LONG], Init::Uniform { low: -1.0, high: 1.0 });
        let mut grads = params.zero_gradients();
        let mut adam = Adam::keras(0.1);
        let x = Array::new([LONG], (0..LONG).map(|i| (i as f32 * 0.37).sin()).collect());
        let (mut loss, mut dx) = (0.0, Vec::new());
        for _ in 0..2 {
            let tape = Tape::new(&params, Memory::new());
            let (x, w) = (tape.variable(&x), tape.param(w));
            let y = ((x * w).tanh() + w).square();
            let total = y.mean() + (y * x).sum();
            grads.zero();
            tape.backward(total, &mut grads);
            (loss, dx) = (total.item(), x.grad());
            drop(tape);
            adam.step(&mut params, &grads);
        }
        (loss, dx, grads.flat().to_vec(), params.flat().to_vec())
    })
}

#[test]
fn long_arrays_give_the_same_bits_on_any_number_of_threads() {
    let one = train(1);
    assert!(one.0.is_finite() && one.1.iter().any(|&dx| dx != 0.0));
    for threads in [2, 3, 8] {
        assert!(train(threads) == one, "{threads} threads");
    }
}

/// ∂L/∂w by the formula: nothing is left out where one thread's part ends and the next begins.
#[test]
fn no_element_is_left_out() {
    let (params, x) =
        (Params::<f64>::new(0), Array::new([LONG], (0..LONG).map(|i| i as f64 / LONG as f64).collect()));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    pool.install(|| {
        let tape = Tape::new(&params, Memory::new());
        let x = tape.variable(&x);
        let mut grads = params.zero_gradients();
        tape.backward(x.square().sum() + (x * x).mean(), &mut grads);
        let n = LONG as f64;
        for (i, dx) in x.grad().into_iter().enumerate() {
            let expected = 2.0 * (i as f64 / n) * (1.0 + 1.0 / n);
            assert!((dx - expected).abs() <= 1e-12, "{i}: {dx}, not {expected}");
        }
    });
}
