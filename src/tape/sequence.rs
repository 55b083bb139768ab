//! The values of one quantity over time, as a list on the tape.

use super::{Tape, Var};
use crate::ops::{NodeId, Span, Stack};
use crate::real::Real;
use crate::tensor::Shape;

impl<R: Real> Tape<'_, R> {
    /// An empty sequence with room for `steps` values.
    pub fn sequence(&self, steps: usize) -> SequenceBuilder<'_, R> {
        let list = &mut self.memory_mut().inputs;
        let span = Span::at(list.len(), 0);
        list.resize(list.len() + steps, NodeId(0));
        SequenceBuilder { room: steps, sequence: Sequence { tape: self, span, shape: Shape::default() } }
    }

    /// So many sequences of so many steps, each step to be [set](Sequences::set).
    pub(crate) fn sequences(&self, count: usize, steps: usize) -> Sequences<'_, R> {
        let list = &mut self.memory_mut().inputs;
        let start = list.len();
        list.resize(start + count * steps, NodeId(0));
        Sequences { tape: self, start, steps }
    }
}

/// A [`Sequence`] that is being filled, step by step.
#[derive(Debug)]
pub struct SequenceBuilder<'t, R: Real = f32> {
    room: usize,
    sequence: Sequence<'t, R>,
}

impl<'t, R: Real> SequenceBuilder<'t, R> {
    /// Appends the value of the next step.
    ///
    /// # Panics
    /// If the sequence is full, or the shape differs from the first value's.
    #[track_caller]
    pub fn push(&mut self, value: Var<'t, R>) {
        let Sequence { tape, span, shape } = &mut self.sequence;
        let filled = span.len as usize;
        assert!(filled < self.room, "sequence: no room for more than {} steps", self.room);
        if filled == 0 {
            *shape = value.shape();
        }
        assert!(*shape == value.shape(), "sequence: shapes {shape} and {} differ", value.shape());
        assert!(std::ptr::eq(value.tape(), *tape), "sequence: a variable of another tape");
        tape.memory_mut().inputs[span.start as usize + filled] = value.id();
        span.len += 1;
    }

    /// The sequence of the values so far.
    pub fn finish(self) -> Sequence<'t, R> {
        self.sequence
    }
}

/// Several sequences of one length, whose steps may be set in any order.
#[derive(Clone, Copy)]
pub(crate) struct Sequences<'t, R: Real> {
    tape: &'t Tape<'t, R>,
    start: usize,
    steps: usize,
}

impl<'t, R: Real> Sequences<'t, R> {
    /// Sets a step of one of the sequences.
    #[track_caller]
    pub(crate) fn set(&self, sequence: usize, t: usize, value: Var<'t, R>) {
        assert!(std::ptr::eq(value.tape(), self.tape), "sequence: a variable of another tape");
        self.tape.memory_mut().inputs[self.start + sequence * self.steps + t] = value.id();
    }

    /// One of the sequences, whose values have this shape.
    pub(crate) fn get(&self, sequence: usize, shape: Shape) -> Sequence<'t, R> {
        let span = Span::at(self.start + sequence * self.steps, self.steps);
        Sequence { tape: self.tape, span, shape }
    }
}

/// The values of one quantity over time: `h_1 … h_T`, each `[B, H]`.
#[derive(Clone, Copy)]
pub struct Sequence<'t, R: Real = f32> {
    tape: &'t Tape<'t, R>,
    span: Span,
    shape: Shape,
}

impl<'t, R: Real> Sequence<'t, R> {
    /// The number of steps, `T`.
    pub fn len(&self) -> usize {
        self.span.len as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at step `t`, counted from 0.
    ///
    /// # Panics
    /// If there is no such step.
    #[track_caller]
    pub fn at(&self, t: usize) -> Var<'t, R> {
        assert!(t < self.len(), "sequence: no step {t} among {}", self.len());
        let id = self.tape.memory().inputs[self.span.start as usize + t];
        Var::new(self.tape, id, self.shape)
    }

    /// The values, each `[B, H]`, as one array `[B, T, H]`.
    #[must_use]
    #[track_caller]
    pub fn stack(&self) -> Var<'t, R> {
        if self.is_empty() {
            return self.tape.zeros(self.shape.with_axis(1, 0));
        }
        let stack = Stack { axis: 1 };
        self.tape.compute(&stack, stack.into(), self.span)
    }
}

impl<R: Real> std::fmt::Debug for Sequence<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} steps of shape {}", self.len(), self.shape)
    }
}
