//! Tapes without gradients keep weights packed in their memory until they change: nobody can tell by the numbers.

use tapeloop::nn::{Gru, GruCell, Lstm, LstmCell, Recurrent, Reset, SimpleRnn, SimpleRnnCell};
use tapeloop::optim::{Optimizer, Sgd};
use tapeloop::{Memory, Params, Tape};

/// Sizes of a call, `B` and `T`: weights packed for all steps, or for blocks of them, or not at all.
const CALLS: [[usize; 2]; 5] = [[2, 3], [1, 1], [40, 90], [5, 2], [1, 7]];

const I: usize = 3;
const H: usize = 17;

struct Net {
    rnn: Recurrent<SimpleRnnCell>,
    lstm: Recurrent<LstmCell>,
    /// The second has the weights of the first, but multiplies with them in two products.
    grus: [Recurrent<GruCell>; 2],
}

impl Net {
    fn new(params: &mut Params<f32>) -> Self {
        let rnn = SimpleRnn::new(H).return_sequences(true).build(params, "rnn", I);
        let lstm = Lstm::new(H).return_sequences(true).build(params, "lstm", H);
        let gru = Gru::new(H).return_sequences(true).build(params, "gru", H);
        let mut before = gru;
        (before.cell.reset, before.cell.b_hh) = (Reset::Before, None);
        Self { rnn, lstm, grus: [gru, before] }
    }

    /// What the layers, one upon the other, say of a sequence.
    fn output(&self, params: &Params<f32>, [b, t]: [usize; 2], memory: &mut Memory<f32>) -> Vec<f32> {
        let tape = Tape::without_gradients(params, std::mem::take(memory));
        let x: Vec<f32> = (0..b * t * I).map(|i| (i as f32).sin()).collect();
        let h = self.lstm.forward(self.rnn.forward(tape.input([b, t, I], &x)));
        let output = self.grus[1].forward(self.grus[0].forward(h)).value();
        *memory = tape.into_memory();
        output
    }

    /// Compares a memory that has seen other weights with a new one.
    #[track_caller]
    fn check(&self, params: &Params<f32>, memory: &mut Memory<f32>) {
        for _ in 0..2 {
            for call in CALLS {
                assert_eq!(
                    self.output(params, call, memory),
                    self.output(params, call, &mut Memory::new()),
                    "{call:?}"
                );
            }
        }
    }

    /// A step of gradient descent, with the same memory.
    fn train(&self, params: &mut Params<f32>, memory: &mut Memory<f32>) {
        let tape = Tape::new(params, std::mem::take(memory));
        let x = tape.input([2, 3, I], &[0.5; 6 * I]);
        let loss = self.grus[0].forward(self.lstm.forward(self.rnn.forward(x))).square().sum();
        let mut grads = params.zero_gradients();
        tape.backward(loss, &mut grads);
        *memory = tape.into_memory();
        Sgd::new(0.1).step(params, &grads);
    }
}

#[test]
fn weights_that_change_are_seen() {
    let (mut params, mut memory) = (Params::new(0), Memory::new());
    let net = Net::new(&mut params);
    net.check(&params, &mut memory);

    net.train(&mut params, &mut memory);
    net.check(&params, &mut memory);

    params[net.lstm.cell.w_hh][5] += 1.0;
    net.check(&params, &mut memory);

    params.flat_mut()[0] -= 1.0;
    net.check(&params, &mut memory);
}

#[test]
fn stores_are_told_apart() {
    let (mut params, mut memory) = (Params::new(0), Memory::new());
    let net = Net::new(&mut params);
    net.check(&params, &mut memory);

    let mut copy = params.clone();
    net.check(&copy, &mut memory);
    copy[net.rnn.cell.w_ih][0] = 2.0;
    net.check(&copy, &mut memory);
    net.check(&params, &mut memory);

    let doubled = params.map(|_, x| 2.0 * x);
    net.check(&doubled, &mut memory);

    // The same layers in another order.
    let mut other = Params::new(1);
    let reordered = Net::new(&mut other);
    reordered.check(&other, &mut memory);
    net.check(&params, &mut memory);
}

#[test]
fn there_is_one_copy_of_a_net() {
    let (mut params, mut memory) = (Params::new(0), Memory::new());
    let net = Net::new(&mut params);
    let of = |memory: &mut Memory<f32>, params: &Params<f32>| {
        net.check(params, memory);
        memory.bytes()
    };
    let once = of(&mut memory, &params);
    for _ in 0..5 {
        net.train(&mut params, &mut memory);
        of(&mut memory, &params);
    }
    let often = of(&mut memory, &params);
    // Training needs memory of its own, the same each time.
    let mut other = Memory::new();
    net.train(&mut params, &mut other);
    assert!(often <= once + other.bytes(), "{once} bytes with one set of weights, {often} after six");
}
