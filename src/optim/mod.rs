//! From gradients to new weights.
//!
//! Weights, gradients and an optimizer's moments share one layout (see [`Params::flat`]), so every
//! optimizer here is a formula and one loop over flat slices. (Of an embedding, the loop may be about the
//! rows that have a gradient: [`Rows`].) Read [`Sgd`], then [`RmsProp`], then
//! [`Adam`]: each adds one idea to the one before.
//!
//! The libraries disagree about details that change what a run does: where ε stands, where the
//! learning rate meets the momentum, what a mean starts from. Each has its presets here, by name.
//!
//! ```
//! use tapeloop::optim::{Adam, Clip, Optimizer, Schedule};
//! use tapeloop::{Init, Params};
//!
//! let mut params = Params::<f32>::new(0);
//! let w = params.add("w", [2], Init::Constant(1.0));
//! let mut grads = params.zero_gradients();
//! let mut adam = Adam { beta2: 0.99, ..Adam::keras(1e-3) };
//! let schedule = Schedule::Cosine { lr: 1e-2, floor: 1e-4, steps: 100 }.after_warmup(1e-4, 10);
//!
//! for _ in 0..3 {
//!     grads[w].copy_from_slice(&[30.0, -40.0]); // what backward would leave
//!     let norm = Clip::GlobalNorm(1.0).apply(&params, &mut grads);
//!     adam.set_lr(schedule.at(adam.steps()));
//!     adam.step(&mut params, &grads);
//!     assert_eq!(norm, 50.0);
//! }
//! ```

#[macro_use]
mod state;

mod adam;
mod clip;
mod range;
mod rms_prop;
mod rows;
mod schedule;
mod sgd;

pub use adam::Adam;
pub use clip::{Clip, Norm};
pub use rms_prop::RmsProp;
pub use rows::Rows;
pub use schedule::Schedule;
pub use sgd::Sgd;
pub use state::{Exported, State};

use crate::real::Real;
use crate::tensor::{Gradients, Params};

/// A rule that turns gradients into new weights.
pub trait Optimizer<R: Real>: Send {
    /// Moves every weight once.
    ///
    /// The first step allocates the moments; later ones allocate nothing.
    ///
    /// # Panics
    /// If a hyper-parameter is out of its range, or if the weights, the gradients and the weights of
    /// earlier steps don't have one layout.
    #[track_caller]
    fn step(&mut self, params: &mut Params<R>, grads: &Gradients<R>);

    /// The learning rate of the next step.
    fn lr(&self) -> f64;

    /// Sets the learning rate of the next steps.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    fn set_lr(&mut self, lr: f64);

    /// How many steps were taken.
    fn steps(&self) -> usize;

    /// Forgets all steps; the hyper-parameters stay.
    fn reset(&mut self);

    /// What a checkpoint holds of it. `None`, the default, if it cannot be stored: then a run with this optimizer
    /// cannot be resumed.
    fn export(&self) -> Option<Exported<'_, R>> {
        None
    }

    /// Takes the steps and the moments of an optimizer with the same [`name`](Exported::name): the next step is the one
    /// that would have followed there, if the settings are the same.
    ///
    /// # Errors
    /// If it has no such moments, or needs others: a sentence that says so. Nothing has changed then.
    fn restore(&mut self, steps: usize, moments: Vec<(String, Gradients<R>)>) -> Result<(), String> {
        let _ = (steps, moments);
        Err("this optimizer has no `restore` of its own".into())
    }
}

boxed!(Sgd RmsProp Adam);

/// Where the learning rate `η` meets the momentum. The two agree as long as `η` stays the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateAt {
    /// `b ← μ·b + u`, `w ← w − η·b`: a new rate acts on all that the buffer has gathered. PyTorch,
    /// and TF1's `MomentumOptimizer`.
    Step,
    /// `b ← μ·b + η·u`, `w ← w − b`: what is in the buffer keeps the rate of its own step. Keras,
    /// and TF1's `RMSPropOptimizer`. (Keras' SGD stores `−b`.)
    Buffer,
}

impl RateAt {
    /// The factor on the way into the buffer, and the one on the way out.
    fn factors(self, lr: f64) -> (f64, f64) {
        match self {
            Self::Step => (1.0, lr),
            Self::Buffer => (lr, 1.0),
        }
    }
}

/// A pull of every weight towards 0. The two are the same for plain gradient descent only.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum WeightDecay {
    /// No pull.
    #[default]
    None,
    /// `g ← g + λ·w`, the gradient of `λ/2·‖w‖²`, which then goes through the moments like any
    /// gradient. PyTorch's `weight_decay`, but not that of its `AdamW`.
    L2(f64),
    /// `w ← w − η·λ·w`, beside the moments. Loshchilov & Hutter 2019. PyTorch's `AdamW`, and Keras'
    /// `weight_decay` in every optimizer.
    Decoupled(f64),
}

impl WeightDecay {
    /// `(l2, keep)` in `g ← g + l2·w` and `w ← keep·w − …`.
    fn factors(self, lr: f64) -> (f64, f64) {
        match self {
            Self::None => (0.0, 1.0),
            Self::L2(lambda) => (lambda, 1.0),
            Self::Decoupled(lambda) => (0.0, 1.0 - lr * lambda),
        }
    }

    #[track_caller]
    fn check(self, optimizer: &str) {
        if let Self::L2(lambda) | Self::Decoupled(lambda) = self {
            range::at_least_0(optimizer, "weight_decay", lambda);
        }
    }
}
