//! The states of all time steps.

use super::State;
use crate::real::Real;
use crate::tape::{Sequence, Sequences, Tape, Var};

/// The states that a cell went through, step by step.
#[derive(Clone, Copy)]
pub struct Trajectory<'t, S, R: Real> {
    /// The state after the last step; before any, the initial one.
    pub state: S,
    /// The outputs of all steps; then each variable of the state.
    lists: Sequences<'t, R>,
}

impl<'t, S: State<'t, R>, R: Real> Trajectory<'t, S, R> {
    pub(super) fn new(tape: &'t Tape<'t, R>, initial: S, steps: usize) -> Self {
        let mut variables = 0;
        let _ = initial.map(|variable| {
            variables += 1;
            variable
        });
        Self { state: initial, lists: tape.sequences(1 + variables, steps) }
    }

    #[track_caller]
    pub(super) fn set(&mut self, t: usize, state: S) {
        let mut list = 0;
        let mut set = |value: Var<'t, R>, before: Var<'t, R>| {
            let (given, expected) = (value.shape(), before.shape());
            assert!(given == expected, "unroll: a state of shape {expected} became one of shape {given}");
            self.lists.set(list, t, value);
            list += 1;
            value
        };
        set(state.output(), self.state.output());
        self.state = state.zip(self.state, set).map(Var::of_state);
    }

    /// `h_1 … h_T`, each `[B, H]`. Each is a node of its own: after `backward`,
    /// `outputs().at(t).grad()` is `∂L/∂h_t` over all paths, those through later steps included.
    pub fn outputs(&self) -> Sequence<'t, R> {
        self.lists.get(0, self.state.output().shape())
    }

    /// The states of all steps as one: of each variable `[B, H]` all steps, `[B, T, H]`.
    #[must_use]
    #[track_caller]
    pub fn states(&self) -> S {
        let mut list = 0;
        self.state.map(|variable| {
            list += 1;
            self.lists.get(list, variable.shape()).stack()
        })
    }
}
