//! Backpropagation through time that you can read.
//!
//! # The idea
//!
//! A net is a chain of small operations. While the net computes its loss, a [`Tape`] writes down
//! every operation with its inputs and its result. Read backwards, the tape says how each value
//! acted on the loss:
//!
//! ```text
//!  record →   x_1  h_0   a_1 = x_1·W + h_0·U    h_1 = tanh a_1    a_2 = x_2·W + h_1·U   …   L
//!             ∂L/∂U += h_0ᵀ·∂L/∂a_1             ∂L/∂a_1 = ∂L/∂h_1 ⊙ (1 − h_1²)          …   1   ← backward
//! ```
//!
//! Each operation knows one thing about gradients: from `∂L/∂output`, what to *add* to `∂L/∂input`
//! for each of its inputs (the chain rule). [`Tape::backward`] is one loop over the tape, last line
//! first. A recurrent net needs nothing more: its weight `U` is one line of the tape that every time
//! step reads, so its gradient receives one `+=` per step, and that sum *is* backpropagation through
//! time.
//!
//! ```
//! use tapeloop::nn::{Dense, SimpleRnn};
//! use tapeloop::{Memory, Params, Tape};
//!
//! let mut params = Params::<f32>::new(0); // seed
//! let rnn = SimpleRnn::new(20).build(&mut params, "rnn", 1);
//! let read_out = Dense::new(1).build(&mut params, "read_out", 20);
//!
//! let tape = Tape::new(&params, Memory::new());
//! let x = tape.input([1, 4, 1], &[0.1, 0.2, 0.3, 0.4]); // [B, T, I]
//! let prediction = read_out.forward(rnn.forward(x)); // [B, 1]
//! let loss = prediction.mse(tape.input([1, 1], &[0.5]));
//!
//! let mut grads = params.zero_gradients();
//! tape.backward(loss, &mut grads);
//! let w_hh = params.find("rnn.w_hh").unwrap();
//! assert!(grads[w_hh].iter().any(|&g| g != 0.0));
//! ```
//!
//! # Axes
//!
//! | letter | axis |
//! | --- | --- |
//! | `B` | rows of a batch: independent sequences |
//! | `T` | time steps |
//! | `I` | input features |
//! | `H` | hidden units |
//! | `V` | vocabulary: rows of an embedding table |
//!
//! Sequences are `[B, T, I]`. Arrays are row-major; a layer multiplies from the right, `x·W` with `W`
//! `[I, H]`.
//!
//! # Where to read on
//!
//! In the source itself (the *Source* links): what is explained stands beside the code.
//!
//! 1. [`ops::Rule`], then [`ops::Tanh`], [`ops::Mul`], [`ops::MatMul`]: an operation and its chain rule.
//! 2. [`Tape::backward`]: the loop. [`Tape::param`]: why a weight is on the tape once.
//! 3. [`nn::SimpleRnnCell`], [`nn::LstmCell`] and [`nn::unroll`]: a step of a recurrent net, and the loop over time.
//!    [`kernels::recurrent`]: the same as one operation, backwards by hand.
//! 4. [`check::gradcheck`]: how we know that it is right.
//! 5. [`optim`]: what is done with the gradients.
//!
//! Modules only import from those before them: [`simd`] → [`Real`] → [`kernels`] → tensors → [`ops`] → the tape
//! → [`check`], [`nn`] → [`bptt`], [`optim`] → [`data`], [`io`], [`plot`] → [`train`].

#![forbid(unsafe_code)]

pub mod book;
pub mod bptt;
pub mod check;
pub mod data;
mod error;
#[cfg(feature = "train")]
pub mod io;
pub mod kernels;
pub mod nn;
pub mod ops;
pub mod optim;
#[cfg(feature = "plot")]
pub mod plot;
mod real;
pub mod simd;
mod tape;
mod tensor;
#[cfg(feature = "train")]
pub mod train;

pub use error::Error;
pub use real::{Dual, Real};
pub use tape::{
    Anomaly, Direction, Graph, GraphEdge, GraphNode, Memory, NodeKind, Sequence, SequenceBuilder, Tape,
    Trace, Var,
};
pub use tensor::{Array, Entry, Gradients, Init, Param, Params, Shape};

/// The README's program, as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
