//! Recurrences over whole sequences on every set of instructions that the machine has.

use crate::common::numbers::all_same;
use tapeloop::kernels::recurrent::{self, Backward, Forward, GateOrder, Step};
use tapeloop::nn::{BasicLstm, Call, Gru, Lstm, Recurrent, Reset, SimpleRnn, Spec};
use tapeloop::simd::{self, Isa, limit};
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

/// Arrays of some parts of `H` numbers each.
struct Row<R, const N: usize>([Vec<R>; N]);

impl<R: Real, const N: usize> Row<R, N> {
    /// So many parts each, none of whose numbers are the same.
    fn new(parts: [usize; N], hidden: usize) -> Self {
        let mut next = 0.0_f64;
        let mut number = || {
            next += 1.0;
            R::from_f64((1.7 * next).sin())
        };
        Self(parts.map(|parts| (0..parts * hidden).map(|_| number()).collect()))
    }

    /// What belongs to one unit.
    fn unit(&self, hidden: usize, unit: usize) -> Self {
        Self(self.0.each_ref().map(|all| all.iter().skip(unit).step_by(hidden).copied().collect()))
    }
}

/// All phases of a step forwards, then backwards: everything that they write.
fn formulas<R: Real, S: Step<R>>(step: S, forward: Row<R, 6>, backward: Row<R, 10>) -> Vec<Vec<R>> {
    let Row([b, mut a, mut read, h_before, mut h, mut c]) = forward;
    for phase in 0..S::RECURRENT.len() {
        let (a, read, h, c) = (&mut a[..], &mut read[..], &mut h[..], &mut c[..]);
        let at = Forward { b: &b, a, read, h_before: &h_before, h, c };
        simd::run(
            #[inline(always)]
            move || step.forward(phase, at),
        );
    }
    let Row([saved, what, h_then, before, c_then, c_before, mut da, mut dh, mut dc, mut d_read]) = backward;
    for phase in (0..S::RECURRENT.len()).rev() {
        let (da, dh, dc, d_read) = (&mut da[..], &mut dh[..], &mut dc[..], &mut d_read[..]);
        let (h, h_before, c, c_before) = (&h_then[..], &before[..], &c_then[..], &c_before[..]);
        let at = Backward { saved: &saved, read: &what, h, h_before, c, c_before, da, dh, dc, d_read };
        simd::run(
            #[inline(always)]
            move || step.backward(phase, at),
        );
    }
    vec![a, read, h, c, da, dh, dc, d_read]
}

/// However many units there are, each has the bits that it would have by itself.
fn check_units<R: Real, S: Step<R>>(step: S) {
    let (cells, reads) = (S::CELLS, S::RECURRENT.len());
    let room = if reads > 1 { 2 } else { 0 };
    for hidden in 1..=50 {
        let forward = Row::<R, 6>::new([S::SUMS, S::SUMS, room, 1, 1, cells], hidden);
        let backward = [S::SAVED, reads, 1, 1, cells, cells, S::SUMS, 1, cells, reads];
        let backward = Row::<R, 10>::new(backward, hidden);
        let alone: Vec<_> = (0..hidden)
            .map(|unit| formulas(step, forward.unit(hidden, unit), backward.unit(hidden, unit)))
            .collect();
        for (i, together) in formulas(step, forward, backward).iter().enumerate() {
            let alone: Vec<R> = (0..together.len()).map(|at| alone[at % hidden][i][at / hidden]).collect();
            let what = format!("{} of {hidden} units, array {i}", std::any::type_name::<S>());
            all_same(together, &alone, &what);
        }
    }
}

#[test]
fn units_do_not_depend_on_each_other() {
    let _alone = crate::alone();
    fn both<S: Step<f32> + Step<f64>>(step: S) {
        check_units::<f32, S>(step);
        check_units::<f64, S>(step);
    }
    for isa in Isa::available() {
        limit(isa);
        both(recurrent::SimpleRnn::Tanh);
        both(recurrent::SimpleRnn::Relu);
        both(recurrent::Lstm { order: GateOrder::Igfo, forget_bias: 1.0 });
        both(recurrent::Gru);
        both(recurrent::GruResetBefore);
    }
}
