//! Chains of layers, and how they are trained: Keras' habits.
//!
//! A [`Sequential`] is a row of descriptions; [`build`](Sequential::build) makes a [`Model`] of it, with weights.
//! [`Model::fit`] trains it on a [`Dataset`](crate::data::Dataset) as a [`Fit`] says, and returns a [`History`];
//! [`evaluate`](Model::evaluate) and [`predict`](Model::predict) use it; [`save`](Model::save) and
//! [`load_weights`](Model::load_weights) keep it; a [`Checkpoint`] lets a run go on that was interrupted. Where to read: a
//! training step is `step.rs`, the epochs around it are `run.rs`, a chain is `chain.rs`.
//!
//! # The same net both ways
//!
//! A net that is not a chain is written with the tape. It is the same thing, spelt out; equal seeds give equal bits:
//!
//! ```
//! use tapeloop::data::Dataset;
//! use tapeloop::nn::{Dense, SimpleRnn};
//! use tapeloop::optim::{Adam, Optimizer};
//! use tapeloop::train::{Fit, InputShape, Sequential};
//! use tapeloop::{Array, Memory, Params, Tape};
//!
//! let x: Vec<f32> = (0..24).map(|i| 0.1 * (i / 3 + i % 3) as f32).collect(); // [N, T, I] = [8, 3, 1]
//! let y: Vec<f32> = (0..8).map(|i| 0.1 * (i + 3) as f32).collect(); // [N, 1]
//!
//! let mut model = Sequential::new()
//!     .add_named("rnn", SimpleRnn::new(16))
//!     .add_named("read_out", Dense::new(1))
//!     .build(InputShape::sequence(3, 1), 7)?;
//! let data = Dataset::new(Array::new([8, 3, 1], x.clone()), Array::new([8, 1], y.clone()))?;
//! let mut fit = Fit {
//!     optimizer: Adam::keras(0.01).into(),
//!     epochs: 20,
//!     shuffle: false,
//!     progress: false,
//!     ..Fit::default()
//! };
//! let history = model.fit(&data, &mut fit)?;
//!
//! let mut params = Params::<f32>::new(7);
//! let rnn = SimpleRnn::new(16).build(&mut params, "rnn", 1);
//! let read_out = Dense::new(1).build(&mut params, "read_out", 16);
//! let (mut adam, mut grads, mut memory) = (Adam::keras(0.01), params.zero_gradients(), Memory::new());
//! for epoch in 0..20 {
//!     let tape = Tape::new(&params, memory);
//!     let loss = read_out.forward(rnn.forward(tape.input([8, 3, 1], &x))).mse(tape.input([8, 1], &y));
//!     grads.zero();
//!     tape.backward(loss, &mut grads);
//!     assert_eq!(f64::from(loss.item()), history.get("loss")[epoch]);
//!     memory = tape.into_memory();
//!     adam.step(&mut params, &grads);
//! }
//! assert_eq!(params.flat(), model.params().flat());
//! # Ok::<(), tapeloop::Error>(())
//! ```

mod callbacks;
mod chain;
mod check;
mod checkpoint;
mod evaluate;
mod fit;
mod history;
mod input_shape;
mod layer;
mod layers;
mod loss;
mod metric;
mod model;
mod progress;
mod resume;
mod run;
mod saving;
mod sequential;
mod settings;
mod step;
mod summary;
mod training;

pub use callbacks::{
    BatchEnd, Callback, CsvLog, EarlyStopping, EpochEnd, Monitor, OnBatch, OnEpoch, ReduceOnPlateau,
    SaveBest, TerminateOnNan, on_batch, on_epoch,
};
pub use chain::{Chain, Link};
pub use checkpoint::Checkpoint;
pub use evaluate::Scores;
pub use fit::{Fit, Rate};
pub use history::History;
pub use input_shape::InputShape;
pub use layer::{Built, Content, Describe, Layer, Pass, Signal};
pub use layers::Flatten;
pub use loss::Loss;
pub use metric::Metric;
pub use model::Model;
pub use sequential::Sequential;
pub use summary::Summary;
