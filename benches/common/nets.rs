//! The five nets of `examples/`, by the training step: forward, loss, backward, optimizer. What a program times that compares
//! us with others, on the same [`numbers`].

mod numbers;

use std::mem;

use tapeloop::nn::{Activation, BasicLstm, Dense, Embedding, SimpleRnn};
use tapeloop::optim::{Adam, Optimizer, RmsProp};
use tapeloop::{Gradients, Memory, Params, Tape, Var};

use numbers::{ids, numbers};

pub const NAMES: [&str; 5] = ["sine", "signal", "series", "mnist", "imdb"];

type Loss = Box<dyn for<'t> Fn(&'t Tape<'t>) -> Var<'t> + Send>;

/// A net, one batch for it, and all memory that a step needs.
pub struct Net {
    pub params: Params,
    grads: Gradients,
    memory: Memory,
    loss: Loss,
    optimizer: Box<dyn Optimizer<f32>>,
}

impl Net {
    /// One of [`NAMES`].
    pub fn new(name: &str) -> Self {
        let mut params = Params::new(0);
        let (loss, optimizer): (Loss, Box<dyn Optimizer<f32>>) = match name {
            "sine" => (sine(&mut params), Box::new(Adam::pytorch(1e-3))),
            "signal" => (signal(&mut params), Box::new(Adam::tf1(1e-3))),
            "series" => (series(&mut params), Box::new(Adam::tf1(1e-3))),
            "mnist" => (mnist(&mut params), Box::new(Adam::tf1(1e-3))),
            "imdb" => (imdb(&mut params), Box::new(RmsProp::keras(1e-3))),
            _ => panic!("no net {name:?} among {NAMES:?}"),
        };
        Self { grads: params.zero_gradients(), params, memory: Memory::new(), loss, optimizer }
    }

    /// A training step on the batch. Returns the loss before it.
    pub fn step(&mut self) -> f32 {
        let tape = Tape::new(&self.params, mem::take(&mut self.memory));
        let loss = (self.loss)(&tape);
        self.grads.zero();
        tape.backward(loss, &mut self.grads);
        let value = loss.item();
        self.memory = tape.into_memory();
        self.optimizer.step(&mut self.params, &self.grads);
        value
    }
}

fn sine(params: &mut Params) -> Loss {
    let rnn = SimpleRnn::new(20).build(params, "rnn", 1);
    let read_out = Dense::new(1).build(params, "read_out", 20);
    let (x, y) = (numbers(10 * 10), numbers(10));
    Box::new(move |tape| {
        let last = rnn.forward(tape.input([10, 10, 1], &x));
        read_out.forward(last).mse(tape.input([10, 1], &y))
    })
}

fn signal(params: &mut Params) -> Loss {
    let first = BasicLstm::new(100).return_sequences(true).build(params, "first", 100);
    let second = BasicLstm::new(100).build(params, "second", 100);
    let hidden = Dense::new(100).activation(Activation::Relu).build(params, "hidden", 100);
    let read_out = Dense::new(100).build(params, "read_out", 100);
    let (x, y) = (numbers(10 * 100), numbers(100));
    Box::new(move |tape| {
        let last = second.forward(first.forward(tape.input([1, 10, 100], &x)));
        read_out.forward(hidden.forward(last)).mse(tape.input([1, 100], &y))
    })
}

fn series(params: &mut Params) -> Loss {
    let lstm = BasicLstm::new(10).return_sequences(true).build(params, "lstm", 1);
    let read_out = Dense::new(1).build(params, "read_out", 10);
    let (x, y) = (numbers(3 * 4), numbers(3 * 4));
    Box::new(move |tape| {
        let all = lstm.forward(tape.input([3, 4, 1], &x));
        read_out.forward(all).mse(tape.input([3, 4, 1], &y))
    })
}

fn mnist(params: &mut Params) -> Loss {
    let rnn = SimpleRnn::new(128).build(params, "rnn", 28);
    let read_out = Dense::new(10).build(params, "read_out", 128);
    let (x, classes) = (numbers(50 * 28 * 28), rows(50, 10));
    Box::new(move |tape| {
        let last = rnn.forward(tape.input([50, 28, 28], &x));
        read_out.forward(last).cross_entropy(&classes)
    })
}

fn imdb(params: &mut Params) -> Loss {
    let words = Embedding::new(10_000, 32).build(params, "words");
    let rnn = SimpleRnn::new(32).build(params, "rnn", 32);
    let read_out = Dense::new(1).build(params, "read_out", 32);
    let (x, y) = (rows(128 * 500, 10_000), ids(128, 2).iter().map(|&id| id as f32).collect::<Vec<_>>());
    Box::new(move |tape| {
        let last = rnn.forward(words.forward(tape, [128, 500], &x));
        read_out.forward(last).bce_logits(tape.input([128, 1], &y))
    })
}

/// Numbers of classes, or of rows of a table.
fn rows(count: usize, end: u32) -> Vec<usize> {
    ids(count, end).into_iter().map(|id| id as usize).collect()
}
