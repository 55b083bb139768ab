//! Tapes without gradients keep weights packed in their memory until they change: nobody can tell by the numbers.

use tapeloop::nn::{Gru, GruCell, Lstm, LstmCell, Recurrent, Reset, SimpleRnn, SimpleRnnCell};
use tapeloop::optim::{Optimizer, Sgd};
use tapeloop::{Gradients, Memory, Params, Tape, Var};

/// Sizes of a call, `B` and `T`: weights packed for all steps, or for blocks of them, or not at all.
const CALLS: [[usize; 2]; 6] = [[2, 3], [1, 1], [40, 90], [5, 2], [1, 7], [3, 4]];

const I: usize = 3;
const H: usize = 65;

struct Net {
    rnn: Recurrent<SimpleRnnCell>,
    lstms: [Recurrent<LstmCell>; 2],
    /// The second has the weights of the first, but multiplies with them in two products.
    grus: [Recurrent<GruCell>; 2],
}

impl Net {
    fn new(params: &mut Params<f32>) -> Self {
        let rnn = SimpleRnn::new(H).return_sequences(true).build(params, "rnn", I);
        let lstms = ["lstm", "lstm_2"].map(|name| Lstm::new(H).return_sequences(true).build(params, name, H));
        let gru = Gru::new(H).return_sequences(true).build(params, "gru", H);
        let mut before = gru;
        (before.cell.reset, before.cell.b_hh) = (Reset::Before, None);
        Self { rnn, lstms, grus: [gru, before] }
    }

    /// The layers, one upon the other.
    fn forward<'t>(&self, tape: &'t Tape<'t>, [b, t]: [usize; 2]) -> Var<'t> {
        let x: Vec<f32> = (0..b * t * I).map(|i| (i as f32).sin()).collect();
        let h = self.rnn.forward(tape.input([b, t, I], &x));
        let h = self.lstms[1].forward(self.lstms[0].forward(h));
        self.grus[1].forward(self.grus[0].forward(h))
    }

    /// Compares what comes out with a memory that may have kept weights, on three threads, with that of a tape that keeps none.
    #[track_caller]
    fn check(&self, params: &Params<f32>, memory: &mut Memory<f32>) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        for _ in 0..2 {
            for call in CALLS {
                let output = pool.install(|| {
                    let tape = Tape::without_gradients(params, std::mem::take(memory));
                    let output = self.forward(&tape, call).value();
                    *memory = tape.into_memory();
                    output
                });
                let tape = Tape::new(params, Memory::new());
                assert!(output == self.forward(&tape, call).value(), "{call:?}");
            }
        }
    }

    /// A gradient, with the same memory.
    fn gradient(&self, params: &Params<f32>, memory: &mut Memory<f32>) -> Gradients<f32> {
        let tape = Tape::new(params, std::mem::take(memory));
        let mut grads = params.zero_gradients();
        tape.backward(self.forward(&tape, [2, 5]).square().sum(), &mut grads);
        *memory = tape.into_memory();
        grads
    }
}

#[test]
fn weights_that_change_are_seen() {
    let (mut params, mut memory) = (Params::new(0), Memory::new());
    let net = Net::new(&mut params);
    net.check(&params, &mut memory);

    let grads = net.gradient(&params, &mut memory);
    net.check(&params, &mut memory);
    Sgd::new(0.1).step(&mut params, &grads);
    net.check(&params, &mut memory);

    params[net.lstms[1].cell.w_hh][5] += 1.0;
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

    let mut other = Params::new(1);
    let first = Lstm::new(H).build(&mut other, "first", H);
    let net_behind = Net::new(&mut other);
    assert_ne!(first.cell.w_ih, net_behind.lstms[0].cell.w_ih);
    net_behind.check(&other, &mut memory);
    net.check(&params, &mut memory);
}

#[test]
fn there_is_one_copy_of_a_net() {
    let (mut params, mut memory) = (Params::new(0), Memory::new());
    let net = Net::new(&mut params);
    let bytes: Vec<usize> = (0..6)
        .map(|_| {
            let grads = net.gradient(&params, &mut memory);
            net.check(&params, &mut memory);
            Sgd::new(0.01).step(&mut params, &grads);
            memory.bytes()
        })
        .collect();
    assert!(bytes[1..].iter().all(|&now| now == bytes[1]), "{bytes:?}");
}

#[test]
fn nothing_is_kept_where_weights_will_change() {
    let mut params = Params::<f32>::new(0);
    let rnn = SimpleRnn::new(H).return_sequences(true).build(&mut params, "rnn", H);
    let bytes = |gradients: bool| {
        let mut memory = Memory::new();
        for _ in 0..2 {
            let new = if gradients { Tape::new } else { Tape::without_gradients };
            let tape = new(&params, memory);
            let _ = rnn.forward(tape.zeros([2, 5, H]));
            memory = tape.into_memory();
        }
        memory.bytes()
    };
    let (kept, u) = (bytes(false), size_of_val(&params[rnn.cell.w_hh]));
    let training = bytes(true);
    // Both hold `U`, packed; the one that keeps it, `W`, too.
    assert!(
        (u..2 * u).contains(&(kept - training)),
        "{kept} bytes, {training} with gradients, {u} of them U"
    );
}
