//! What happened at each time step.

use std::collections::BTreeSet;

use super::{Tape, Var};
use crate::ops::NodeId;
use crate::real::Real;
use crate::tensor::{Gradients, Param};

/// One quantity over time: its value and its gradient at every step.
///
/// ```
/// use tapeloop::nn::Lstm;
/// use tapeloop::{Memory, Params, Tape};
///
/// let mut params = Params::<f64>::new(0);
/// let lstm = Lstm::new(8).build(&mut params, "lstm", 1);
/// let tape = Tape::new(&params, Memory::new()).traced();
/// let x = tape.input([1, 30, 1], &[0.1; 30]);
/// tape.backward(lstm.forward(x).sum(), &mut params.zero_gradients());
///
/// let f = tape.trace(0, "f"); // the forget gate of the first layer
/// println!("f_0 = {:?}, ∂L/∂f_0 = {:?}", f.at(0).value(), f.at(0).grad());
/// for (t, norm) in tape.trace(0, "h").gradient_norms() {
///     println!("‖∂L/∂h_{t}‖ = {norm:.1e}");
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Trace<'t, R: Real = f32> {
    steps: Vec<(usize, Var<'t, R>)>,
}

impl<'t, R: Real> Trace<'t, R> {
    /// All steps, `t` and the quantity, in the order in which they were computed.
    pub fn steps(&self) -> &[(usize, Var<'t, R>)] {
        &self.steps
    }

    /// The quantity at step `t`.
    ///
    /// # Panics
    /// If it has no such step.
    #[track_caller]
    pub fn at(&self, t: usize) -> Var<'t, R> {
        let found = self.steps.iter().find(|&&(step, _)| step == t);
        found.unwrap_or_else(|| panic!("trace: no step {t} among {}", self.steps.len())).1
    }

    /// `t` and `‖∂L/∂·_t‖` of every step, after [`backward`](Tape::backward).
    ///
    /// # Panics
    /// As [`Var::grad`].
    #[track_caller]
    pub fn gradient_norms(&self) -> Vec<(usize, R)> {
        self.steps.iter().map(|&(t, var)| (t, var.grad_norm())).collect()
    }

    /// The same as parts of the norm at the step that was computed last: how much of the gradient is left so far back.
    ///
    /// # Panics
    /// As [`Var::grad`].
    #[track_caller]
    pub fn relative_gradient_norms(&self) -> Vec<(usize, R)> {
        let norms = self.gradient_norms();
        let last = norms.last().map_or(R::ONE, |&(_, norm)| norm);
        norms.into_iter().map(|(t, norm)| (t, norm / last)).collect()
    }
}

impl<'p, R: Real> Tape<'p, R> {
    /// This tape, before anything is recorded, as one that remembers time steps and names: for [`trace`](Self::trace),
    /// [`contributions`](Self::contributions), and messages. Recurrent layers take their steps one by one on it, even
    /// where there is an operation for all steps at once; the numbers are the same but for rounding.
    ///
    /// # Panics
    /// If something is recorded already.
    #[must_use]
    #[track_caller]
    pub fn traced(mut self) -> Self {
        assert!(self.is_empty(), "traced: there are {} values on the tape already", self.len());
        self.traced = true;
        self
    }

    /// Whether it does so.
    pub fn is_traced(&self) -> bool {
        self.traced
    }

    /// The number of a new sequence, whose steps are to be marked. [`unroll`](crate::nn::unroll) does so.
    pub fn begin_sequence(&self) -> usize {
        if !self.traced {
            return 0;
        }
        self.memory_mut().history.begin()
    }

    /// What is computed from here on belongs to this sequence and step; or to none. Returns what it belonged to so far: a sequence within
    /// a step of another one gives that back at its end.
    pub fn at_step(&self, step: Option<[usize; 2]>) -> Option<[usize; 2]> {
        if !self.traced {
            return None;
        }
        let memory = &mut *self.memory_mut();
        memory.history.go_to(step, memory.nodes.len())
    }

    /// A quantity of a sequence by its name, at all steps. Sequences are counted from 0 in the order in which they were computed: of a
    /// stack of two layers the second has number 1. Every cell has `h`; those of the crate name their gates, their
    /// pre-activations (`a`, or `a_i`, …) and states as their equations do. For others see [`Var::named`]. (Where a mask or zoneout
    /// keeps a state, `h` is what is kept, and all others what the cell computed.)
    ///
    /// # Panics
    /// If the tape isn't [`traced`](Self::traced), or there is nothing of this name; the message lists the names that there are.
    #[track_caller]
    pub fn trace(&self, sequence: usize, name: &str) -> Trace<'_, R> {
        assert!(self.traced, "trace: make the tape with `Tape::new(…).traced()`");
        let memory = self.memory();
        let named = memory.history.names().iter().filter(|(known, _)| *known == name);
        let steps = named.filter_map(|&(_, id)| {
            let [_, t] = memory.history.step(id.index()).filter(|[of, _]| *of == sequence)?;
            Some((t, Var::new(self, id, memory.nodes[id.index()].shape)))
        });
        let steps: Vec<_> = steps.collect();
        drop(memory);
        assert!(
            !steps.is_empty(),
            "trace: sequence {sequence} has no {name:?}; it has {:?}",
            self.names(sequence)
        );
        Trace { steps }
    }

    /// The names that a [`trace`](Self::trace) of this sequence may ask for, sorted; none, if the tape isn't traced.
    pub fn names(&self, sequence: usize) -> Vec<&'static str> {
        let memory = self.memory();
        let of_step = |id: NodeId| memory.history.step(id.index()).is_some_and(|[of, _]| of == sequence);
        let named = memory.history.names().iter().filter(|&&(_, id)| of_step(id));
        let names: BTreeSet<&str> = named.map(|&(name, _)| name).collect();
        names.into_iter().collect()
    }

    /// The summands of `∂loss/∂w`: of every step that adds to it the sequence, `t`, and what it adds, the last one first. (What adds zeros is left
    /// out.) A weight that is read
    /// outside of all steps (by a layer on top, say) has summands of no step.
    ///
    /// It walks back as [`backward`](Self::backward) does, whose gradients of nodes it replaces (by the same); after each step it clears the
    /// gradients of all weights, so it takes `T` times as long as they are many.
    ///
    /// # Panics
    /// If the tape isn't [`traced`](Self::traced); as [`backward`](Self::backward).
    #[track_caller]
    pub fn contributions(&self, loss: Var<'_, R>, w: Param) -> Vec<(Option<[usize; 2]>, Vec<R>)> {
        assert!(self.traced, "contributions: make the tape with `Tape::new(…).traced()`");
        let mut grads: Gradients<R> = self.params().zero_gradients();
        assert!(
            loss.shape().len() == 1,
            "contributions: the loss has shape {}, not one element",
            loss.shape()
        );
        let mut end = self.begin(&[(loss, &[R::ONE])], &mut grads);
        let (mut all, marks) = (Vec::new(), self.memory().history.marks().to_vec());
        for (first, step) in marks.into_iter().rev().chain([(0, None)]) {
            if first > end {
                continue; // behind the loss
            }
            self.walk_back(first..end, &mut grads);
            if grads[w].iter().any(|&g| g != R::ZERO) {
                all.push((step, grads[w].to_vec()));
            }
            grads.zero();
            end = first;
        }
        all
    }
}

impl<R: Real> Var<'_, R> {
    /// Gives it a name on a [traced](Tape::traced) tape.
    pub fn named(self, name: &'static str) -> Self {
        if self.tape().traced {
            self.tape().memory_mut().history.call(self.id(), name);
        }
        self
    }

    /// Says on a [traced](Tape::traced) tape that the state after this step has it.
    pub(crate) fn of_state(self) -> Self {
        if self.tape().traced {
            self.tape().memory_mut().history.keep(self.id());
        }
        self
    }
}
