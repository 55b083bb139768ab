//! What a recurrent layer is given besides its input, and what it gives back.

use super::{State, Trajectory};
use crate::real::Real;
use crate::tape::Var;

/// What a recurrent layer may be given besides its input. By default nothing.
///
/// ```
/// use tapeloop::nn::{Call, Lstm};
/// use tapeloop::{Memory, Params, Tape};
///
/// let mut params = Params::<f32>::new(0);
/// let lstm = Lstm::new(8).dropout(0.2, 0.2).build(&mut params, "lstm", 3);
/// let tape = Tape::new(&params, Memory::new());
/// let x = tape.input([2, 5, 3], &[0.5; 30]); // [B, T, I]
/// let mask = tape.lengths(&[5, 2], 5); // the second sequence ends after two steps
/// let out = lstm.run(x, Call { mask: Some(mask), training: Some(7), ..Call::default() });
/// assert_eq!(out.output.shape().sizes(), [2, 8]); // [B, H]
/// assert_eq!(out.state.c.shape().sizes(), [2, 8]); // c at the end of each sequence
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Call<'t, S, R: Real> {
    /// The state before the first step, instead of zeros. It may be a variable, and has a gradient then.
    pub initial_state: Option<S>,
    /// `[B, T]`: 0 where a row skips a step and keeps its state. See [`Tape::mask`](crate::Tape::mask) and
    /// [`Tape::lengths`](crate::Tape::lengths).
    pub mask: Option<Var<'t, R>>,
    /// In training, the seed of the dropout: another one at each training step, and for each layer of a net.
    pub training: Option<u64>,
}

impl<S, R: Real> Default for Call<'_, S, R> {
    fn default() -> Self {
        Self { initial_state: None, mask: None, training: None }
    }
}

/// What a recurrent layer gives back.
#[derive(Clone, Copy)]
pub struct Output<'t, S, R: Real> {
    /// All outputs `[B, T, H]`, or the last one `[B, H]`, as the layer's options say.
    ///
    /// Its gradient is what the loss takes from it directly. For all of `∂L/∂h_t`, through later steps too, let the layer be
    /// [`unrolled`](crate::nn::Recurrent::unrolled) and see [`trajectory`](Self::trajectory).
    pub output: Var<'t, R>,
    /// The state after the last step. A masked step leaves a row's state as it was: so this is the state at
    /// each row's own end.
    pub state: S,
    pub(super) states: States<'t, S, R>,
}

impl<'t, S: State<'t, R>, R: Real> Output<'t, S, R> {
    /// The steps one by one, with the state of each, and its gradient; `None` if they were computed at once.
    #[must_use]
    pub fn trajectory(&self) -> Option<Trajectory<'t, S, R>> {
        match self.states {
            States::AtOnce(_) => None,
            States::Steps(trajectory) => Some(trajectory),
        }
    }
}

/// What there is of all steps.
#[derive(Clone, Copy)]
pub(super) enum States<'t, S, R: Real> {
    /// The outputs as one, `[B, T, H]`.
    AtOnce(Var<'t, R>),
    /// The states step by step.
    Steps(Trajectory<'t, S, R>),
}

impl<'t, S: State<'t, R>, R: Real> States<'t, S, R> {
    /// `h_1 … h_T` `[B, T, H]`.
    pub(super) fn outputs(&self) -> Var<'t, R> {
        match self {
            Self::AtOnce(outputs) => *outputs,
            Self::Steps(trajectory) => trajectory.outputs().stack(),
        }
    }
}
