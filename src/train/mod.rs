//! Chains of layers, and how they are trained: Keras' habits.

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
mod run;
mod saving;
mod sequential;
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
