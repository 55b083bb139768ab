//! Lists that lie on the tape itself, so that a training step allocates nothing for them.

use super::{Tape, Var};
use crate::ops::{NodeId, Span, Stack};
use crate::real::Real;
use crate::tensor::Shape;

impl<R: Real> Tape<'_, R> {
    /// Puts the list of a node's inputs on the tape.
    #[track_caller]
    pub(crate) fn list_inputs(&self, vars: &[Var<'_, R>]) -> Span {
        let list = &mut self.memory_mut().inputs;
        let start = list.len();
        for var in vars {
            assert!(std::ptr::eq(var.tape(), self), "a variable of another tape");
            list.push(var.id());
        }
        Span { start: start as u32, len: vars.len() as u32 }
    }

    /// Puts integers on the tape for an op to read.
    ///
    /// # Panics
    /// If one is 2³² or more.
    #[track_caller]
    pub(crate) fn list_ids(&self, ids: impl IntoIterator<Item = usize>) -> Span {
        let list = &mut self.memory_mut().ids;
        let start = list.len();
        for id in ids {
            assert!(id <= u32::MAX as usize, "id {id} does not fit into 32 bits");
            list.push(id as u32);
        }
        Span { start: start as u32, len: (list.len() - start) as u32 }
    }

    /// An empty sequence with room for `steps` values.
    pub fn sequence(&self, steps: usize) -> Sequence<'_, R> {
        let list = &mut self.memory_mut().inputs;
        let start = list.len();
        list.resize(start + steps, NodeId(0));
        Sequence { tape: self, span: Span { start: start as u32, len: steps as u32 }, filled: 0, shape: None }
    }
}

/// The values of one quantity over time: `h_1 … h_T`.
#[derive(Clone, Copy)]
pub struct Sequence<'t, R: Real = f32> {
    tape: &'t Tape<'t, R>,
    span: Span,
    filled: usize,
    shape: Option<Shape>,
}

impl<'t, R: Real> Sequence<'t, R> {
    /// Appends the value of the next step.
    ///
    /// # Panics
    /// If the sequence is full, or the shape differs from the first value's.
    #[track_caller]
    pub fn push(&mut self, value: Var<'t, R>) {
        assert!(
            self.filled < self.span.len as usize,
            "sequence: no room for more than {} steps",
            self.span.len
        );
        let shape = *self.shape.get_or_insert(value.shape());
        assert!(shape == value.shape(), "sequence: shapes {shape} and {} differ", value.shape());
        assert!(std::ptr::eq(value.tape(), self.tape), "a variable of another tape");
        self.tape.memory_mut().inputs[self.span.start as usize + self.filled] = value.id();
        self.filled += 1;
    }

    /// The number of values so far.
    pub fn len(&self) -> usize {
        self.filled
    }

    /// Whether there are none yet.
    pub fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// The value at step `t`, counted from 0.
    ///
    /// # Panics
    /// If there is no such step yet.
    #[track_caller]
    pub fn at(&self, t: usize) -> Var<'t, R> {
        let Some(shape) = self.shape.filter(|_| t < self.filled) else {
            panic!("sequence: no step {t} among {}", self.filled)
        };
        let id = self.tape.memory().inputs[self.span.start as usize + t];
        Var::new(self.tape, id, shape)
    }

    /// The values, each `[B, H]`, as one array `[B, T, H]`.
    ///
    /// # Panics
    /// If there are none.
    #[track_caller]
    pub fn stack(&self) -> Var<'t, R> {
        let stack = Stack { axis: 1 };
        self.tape.compute(&stack, stack.into(), Span { len: self.filled as u32, ..self.span })
    }
}
