//! Recurrences over whole sequences on every set of instructions that the machine has.

use tapeloop::nn::{BasicLstm, Call, Gru, Lstm, Recurrent, Reset, SimpleRnn, Spec};
use tapeloop::simd::{Isa, limit};
use tapeloop::{Memory, Params, Real, Tape};

/// The outputs and all gradients.
fn results<R: Real, S: Spec>(layer: Recurrent<S>, [b, t, i]: [usize; 3]) -> Vec<f64> {
    let mut params = Params::<R>::new(0);
    let layer = layer.return_sequences(true).dropout(0.2, 0.2).build(&mut params, "rnn", i);
    let tape = Tape::new(&params, Memory::new());
    let x: Vec<R> = (0..b * t * i).map(|n| R::from_f64((n as f64).sin())).collect();
    let lengths: Vec<usize> = (0..b).map(|row| t - row % t).collect();
    let call = Call { mask: Some(tape.lengths(&lengths, t)), training: Some(1), ..Call::default() };
    let output = layer.run(tape.input([b, t, i], &x), call).output;
    let mut grads = params.zero_gradients();
    tape.backward(output.square().sum(), &mut grads);
    output.value().iter().chain(grads.flat()).map(|x| x.to_f64()).collect()
}

fn check<R: Real, S: Spec + Copy + std::fmt::Debug>(layer: impl Fn(usize) -> Recurrent<S>, tolerance: f64) {
    for ([b, t, i], h) in [([1, 3, 2], 1), ([3, 4, 5], 17), ([9, 3, 1], 40)] {
        limit(Isa::Scalar);
        let expected = results::<R, S>(layer(h), [b, t, i]);
        for isa in Isa::available() {
            limit(isa);
            for (got, expected) in results::<R, S>(layer(h), [b, t, i]).iter().zip(&expected) {
                let apart = (got - expected).abs() / expected.abs().max(1.0);
                assert!(apart <= tolerance, "{isa:?}, {:?}: {got}, not {expected}", layer(h));
            }
        }
    }
}

#[test]
fn the_same_on_every_set_of_instructions() {
    let _alone = crate::alone();
    fn both<S: Spec + Copy + std::fmt::Debug>(layer: impl Fn(usize) -> Recurrent<S>) {
        check::<f64, S>(&layer, 1e-12);
        check::<f32, S>(&layer, 1e-4);
    }
    both(SimpleRnn::new);
    both(Lstm::new);
    both(BasicLstm::new);
    both(Gru::new);
    both(|h| Gru::new(h).reset(Reset::Before));
}
