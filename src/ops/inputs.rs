//! What an op reads.

use super::node::{Node, NodeId, Place, Span};
use crate::kernels::recurrent::Origin;
use crate::real::Real;
use crate::tensor::Shape;

/// The inputs of a node.
#[derive(Clone, Copy)]
pub struct Inputs<'a, R: Real> {
    pub(crate) nodes: &'a [Node<R>],
    pub(crate) inputs: &'a [NodeId],
    pub(crate) arena: &'a [R],
    pub(crate) params: &'a [R],
    /// Of the parameters: another one after every change.
    pub(crate) version: u64,
    pub(crate) ids: &'a [u32],
}

impl<'a, R: Real> Inputs<'a, R> {
    #[track_caller]
    pub(super) fn node(&self, i: usize) -> &'a Node<R> {
        let Some(id) = self.inputs.get(i) else {
            panic!("an op asks for its input {i}, but has {}", self.inputs.len())
        };
        &self.nodes[id.index()]
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.inputs.len()
    }

    /// Checks that [`grads`](super::Backward::grads) will be able to give the gradients of these inputs at once.
    ///
    /// # Panics
    /// If two of them are one variable, with a gradient.
    #[track_caller]
    pub fn check_different(&self, op: &str, inputs: &(impl Iterator<Item = usize> + Clone)) {
        for (n, a) in inputs.clone().enumerate() {
            for b in inputs.clone().skip(n + 1) {
                let one = self.inputs[a] == self.inputs[b] && self.node(a).needs_grad;
                assert!(!one, "{op}: inputs {a} and {b} are one variable, but must be different variables");
            }
        }
    }

    /// Whether there will be a gradient for one of them: if not, backward needs nothing of what forward might save.
    pub fn needs_grad(&self) -> bool {
        self.inputs.iter().any(|id| self.nodes[id.index()].needs_grad)
    }

    /// The shape of input `i`.
    ///
    /// # Panics
    /// If there is no such input.
    #[track_caller]
    pub fn shape(&self, i: usize) -> Shape {
        self.node(i).shape
    }

    /// The numbers of input `i`.
    pub fn value(&self, i: usize) -> &'a [R] {
        let Node { place, shape, .. } = *self.node(i);
        match place {
            Place::Arena(offset) => &self.arena[offset..][..shape.len()],
            Place::Params(offset) => &self.params[offset..][..shape.len()],
        }
    }

    /// Where a recurrence's `W` and `U`, two inputs, come from, if they are parameters.
    pub(super) fn origin(&self, weights: [usize; 2]) -> Option<Origin> {
        let offsets = weights.map(|i| match self.node(i).place {
            Place::Params(offset) => Some(offset),
            Place::Arena(_) => None,
        });
        let [Some(w), Some(u)] = offsets else { return None };
        Some(Origin { version: self.version, offsets: [w, u] })
    }

    /// Integers that were put on the tape with the op: row numbers, classes.
    pub fn ids(&self, ids: Span) -> &'a [u32] {
        ids.of(self.ids)
    }

    /// The one shape of all inputs.
    ///
    /// # Panics
    /// If they differ.
    #[track_caller]
    pub fn same_shape(&self, op: &str) -> Shape {
        let first = self.shape(0);
        for i in 1..self.count() {
            let other = self.shape(i);
            assert!(first == other, "{op}: shapes {first} and {other} differ");
        }
        first
    }

    /// The shape of input 0, which must have this axis.
    ///
    /// # Panics
    /// If it has fewer axes.
    #[track_caller]
    pub fn shape_with_axis(&self, op: &str, axis: usize) -> Shape {
        let shape = self.shape(0);
        assert!(axis < shape.rank(), "{op}: shape {shape} has no axis {axis}");
        shape
    }

    /// The shape of input 0, which must have an axis.
    ///
    /// # Panics
    /// If it is a scalar.
    #[track_caller]
    pub fn shape_with_last_axis(&self, op: &str) -> Shape {
        let shape = self.shape(0);
        assert!(shape.rank() > 0, "{op}: shape {shape} has no last axis");
        shape
    }
}
