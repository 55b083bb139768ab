//! The recurrent layers of the crate by name and size, as calls that a program times: forward, or forward and backward.

mod cost;
mod zoo;

use std::{fmt, mem};

use tapeloop::nn::zoo::visit;
use tapeloop::nn::{BasicLstm, Gru, Lstm, Recurrent, Reset, SimpleRnn, Spec};
use tapeloop::optim::Optimizer;
use tapeloop::{Array, Gradients, Init, Memory, Params, Real, Tape, Var};

/// A cell of the crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    Rnn,
    Lstm,
    BasicLstm,
    Peepholes,
    Coupled,
    /// An LSTM whose output has half as many numbers as it has units.
    Projection,
    Gru,
    ResetBefore,
    /// Any other cell of `nn::zoo`, by its name there.
    Zoo(&'static str),
}

/// By name. The first three are those of every library.
pub const CELLS: [(&str, Cell); 8] = [
    ("rnn", Cell::Rnn),
    ("lstm", Cell::Lstm),
    ("gru", Cell::Gru),
    ("basic_lstm", Cell::BasicLstm),
    ("gru_reset_before", Cell::ResetBefore),
    ("lstm_peepholes", Cell::Peepholes),
    ("lstm_coupled", Cell::Coupled),
    ("lstm_projection", Cell::Projection),
];

/// `B`, `T`, `I`, `H`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub [usize; 4]);

pub const SIZES: [Size; 7] = [
    Size([1, 100, 128, 128]),
    Size([32, 50, 128, 128]),
    Size([32, 50, 256, 256]),
    Size([64, 50, 512, 512]),
    Size([64, 25, 1024, 1024]),
    Size([128, 100, 64, 64]),
    Size([10, 10, 20, 20]),
];

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [b, t, i, h] = self.0;
        f.pad(&format!("B{b}_T{t}_I{i}_H{h}"))
    }
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    pub cell: Cell,
    pub size: Size,
    /// Forward only. Otherwise the gradients of all weights and of `x` are computed, too.
    pub forward: bool,
    /// Every time step on the tape by itself, even where there is an operation for them all.
    pub unrolled: bool,
}

pub type Layer<R> = Box<dyn for<'t> Fn(Var<'t, R>) -> Var<'t, R> + Send>;

/// A layer that returns all its outputs, its input, and all memory that a call needs.
pub struct Call<R: Real = f32> {
    layer: Layer<R>,
    pub params: Params<R>,
    grads: Gradients<R>,
    memory: Memory<R>,
    x: Array<R>,
    forward: bool,
}

impl Case {
    pub fn build<R: Real>(self) -> Call<R> {
        let (mut params, Size([b, t, i, h])) = (Params::new(0), self.size);
        let all = &mut params;
        // As PyTorch does. An orthogonal `U` of 1024 rows would take longer than all calls.
        let bound = (h as f64).sqrt().recip();
        let init = Init::Uniform { low: -bound, high: bound };
        let (lstm, gru) = (Lstm::new(h).init(init, init), Gru::new(h).init(init, init));
        let layer = match self.cell {
            Cell::Rnn => self.layer(SimpleRnn::new(h).init(init, init), all),
            Cell::Lstm => self.layer(lstm, all),
            Cell::BasicLstm => self.layer(BasicLstm::new(h), all),
            Cell::Peepholes => self.layer(lstm.peepholes(true), all),
            Cell::Coupled => self.layer(lstm.coupled_gates(true), all),
            Cell::Projection => self.layer(lstm.projection(self.outputs()), all),
            Cell::Gru => self.layer(gru, all),
            Cell::ResetBefore => self.layer(gru.reset(Reset::Before), all),
            Cell::Zoo(name) => {
                let mut pick = zoo::Pick { name, case: self, params: all, layer: None };
                visit(h, &mut pick);
                pick.layer.expect("a name of the list")
            }
        };
        let x = Array::new([b, t, i], (0..b * t * i).map(|n| R::from_f64((n as f64).sin())).collect());
        let grads = params.zero_gradients();
        Call { layer, grads, params, memory: Memory::new(), x, forward: self.forward }
    }

    fn layer<R: Real, S: Spec>(self, layer: Recurrent<S>, params: &mut Params<R>) -> Layer<R>
    where
        S::Cell: 'static,
    {
        let Size([_, _, inputs, _]) = self.size;
        let layer = Recurrent { unrolled: self.unrolled, ..layer.return_sequences(true) };
        let layer = layer.build(params, "layer", inputs);
        Box::new(move |x| layer.forward(x))
    }

    /// A call whose results are finite, and those of the same layer walked through the other way: outputs, and all gradients.
    ///
    /// # Panics
    /// If they aren't.
    pub fn checked<R: Real>(self) -> Call<R> {
        let [mut call, mut other] =
            [self.unrolled, !self.unrolled].map(|unrolled| Self { unrolled, ..self }.build::<R>());
        let allowed = if size_of::<R>() == 4 { 1e-4 } else { 1e-11 };
        for (ours, theirs) in call.results().into_iter().zip(other.results()) {
            let largest = theirs.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            for (a, b) in ours.into_iter().zip(theirs) {
                assert!((a - b).abs() <= allowed * largest, "{self:?}: {a} and {b}, the largest {largest}");
            }
        }
        call
    }
}

impl<R: Real> Call<R> {
    /// One call. Returns the last number of the last output.
    pub fn run(&mut self) -> f64 {
        self.record(|_, y, _| y.with_value(|y| y[y.len() - 1].to_f64()))
    }

    /// A step of an optimizer, with the gradients of the last call.
    pub fn step(&mut self, optimizer: &mut dyn Optimizer<R>) {
        optimizer.step(&mut self.params, &self.grads);
    }

    /// Calls, and returns the outputs and, if there are any, the gradients of `x` and of the weights.
    pub fn results(&mut self) -> [Vec<f64>; 3] {
        let forward = self.forward;
        self.record(|x, y, grads| match forward {
            true => [y.value(), Vec::new(), Vec::new()],
            false => [y.value(), x.grad(), grads.flat().to_vec()],
        })
        .map(|numbers| numbers.into_iter().map(R::to_f64).collect())
    }

    /// Bytes that the tape holds.
    pub fn tape_bytes(&self) -> usize {
        self.memory.bytes()
    }

    /// The loss is the sum of all outputs.
    fn record<T>(&mut self, look: impl FnOnce(Var<'_, R>, Var<'_, R>, &Gradients<R>) -> T) -> T {
        let tape = if self.forward { Tape::without_gradients } else { Tape::new };
        let tape = tape(&self.params, mem::take(&mut self.memory));
        let x = tape.variable(&self.x);
        let y = (self.layer)(x);
        if !self.forward {
            self.grads.zero();
            tape.backward(y.sum(), &mut self.grads);
        }
        let seen = look(x, y, &self.grads);
        self.memory = tape.into_memory();
        seen
    }
}
