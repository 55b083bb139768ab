//! What an op may see: its inputs, its output, its gradients. Slices and shapes, not the tape.

use super::node::{Node, NodeId, Place, Span};
use crate::kernels::recurrent::Workspace;
use crate::kernels::{bulk, elementwise};
use crate::real::Real;
use crate::tensor::{Gradients, Shape};

/// The inputs of a node.
#[derive(Clone, Copy)]
pub struct Inputs<'a, R: Real> {
    pub(crate) nodes: &'a [Node<R>],
    pub(crate) inputs: &'a [NodeId],
    pub(crate) arena: &'a [R],
    pub(crate) params: &'a [R],
    pub(crate) ids: &'a [u32],
}

impl<'a, R: Real> Inputs<'a, R> {
    #[track_caller]
    fn node(&self, i: usize) -> &'a Node<R> {
        let Some(id) = self.inputs.get(i) else {
            panic!("an op asks for its input {i}, but has {}", self.inputs.len())
        };
        &self.nodes[id.index()]
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.inputs.len()
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

/// A node about to be computed.
pub struct Forward<'a, R: Real> {
    /// What it reads.
    pub x: Inputs<'a, R>,
    /// Where its value goes.
    pub y: &'a mut [R],
    /// Where it may leave numbers for backward.
    pub saved: &'a mut [R],
    /// The shape of `y`.
    pub shape: Shape,
    pub(crate) workspace: &'a mut Workspace<R>,
}

impl<R: Real> Forward<'_, R> {
    /// `y = f(x)`, element by element.
    pub fn map(self, f: impl Fn(R) -> R + Copy + Sync) {
        bulk::each([self.x.value(0)], self.y, [], move |[x], y, []| elementwise::map(x, y, f));
    }

    /// `y = f(a, b)`, element by element of the two inputs.
    pub fn zip(self, f: impl Fn(R, R) -> R + Copy + Sync) {
        let ab = [self.x.value(0), self.x.value(1)];
        bulk::each(ab, self.y, [], move |[a, b], y, []| elementwise::zip(a, b, y, f));
    }
}

/// A node whose `∂L/∂y` is complete, about to be passed on.
pub struct Backward<'a, R: Real> {
    /// What it read.
    pub x: Inputs<'a, R>,
    /// Its value.
    pub y: &'a [R],
    /// `∂L/∂y`.
    pub dy: &'a [R],
    /// What forward left.
    pub saved: &'a [R],
    /// The shape of `y`.
    pub shape: Shape,
    pub(crate) arena_grads: &'a mut [R],
    pub(crate) param_grads: &'a mut Gradients<R>,
    pub(crate) workspace: &'a mut Workspace<R>,
}

impl<R: Real> Backward<'_, R> {
    /// `∂L/∂xᵢ` as far as it is known, to be added to; `None` if nobody wants it.
    pub fn grad(&mut self, i: usize) -> Option<&mut [R]> {
        let Node { place, shape, needs_grad, .. } = *self.x.node(i);
        needs_grad.then(|| match place {
            Place::Arena(offset) => &mut self.arena_grads[offset..][..shape.len()],
            Place::Params(offset) => self.param_grads.array_mut(offset..offset + shape.len()),
        })
    }

    /// As [`grad`](Self::grad), to be added to in these rows of a matrix only. A row may be named twice. Of a
    /// table ([`Params::add_table`](crate::Params::add_table)) they are remembered; what is added to
    /// another row is lost.
    pub fn grad_rows(&mut self, i: usize, rows: impl Iterator<Item = usize>) -> Option<&mut [R]> {
        let Node { place, shape, needs_grad, .. } = *self.x.node(i);
        match place {
            Place::Params(offset) if needs_grad => {
                Some(self.param_grads.rows_mut(offset..offset + shape.len(), rows))
            }
            _ => self.grad(i),
        }
    }

    /// `dx += f(dy)`, element by element, for input `i`.
    pub fn add(&mut self, i: usize, f: impl Fn(R) -> R + Copy + Sync) {
        let dy = self.dy;
        if let Some(dx) = self.grad(i) {
            bulk::each([dy], dx, [], move |[dy], dx, []| elementwise::add_map(dy, dx, f));
        }
    }

    /// `dx += f(dy, x)`, element by element, for the only input.
    pub fn add_with_x(&mut self, f: impl Fn(R, R) -> R + Copy + Sync) {
        let (dy, x) = (self.dy, self.x.value(0));
        if let Some(dx) = self.grad(0) {
            bulk::each([dy, x], dx, [], move |[dy, x], dx, []| elementwise::add_zip(dy, x, dx, f));
        }
    }

    /// `dx += f(dy, y)`, element by element, for the only input.
    pub fn add_with_y(&mut self, f: impl Fn(R, R) -> R + Copy + Sync) {
        let (dy, y) = (self.dy, self.y);
        if let Some(dx) = self.grad(0) {
            bulk::each([dy, y], dx, [], move |[dy, y], dx, []| elementwise::add_zip(dy, y, dx, f));
        }
    }

    /// `dxᵢ += f(dy, a, b)`, element by element, where `a` and `b` are the two inputs.
    pub fn add_with_both(&mut self, i: usize, f: impl Fn(R, R, R) -> R + Copy + Sync) {
        let (dy, a, b) = (self.dy, self.x.value(0), self.x.value(1));
        if let Some(dx) = self.grad(i) {
            bulk::each([dy, a, b], dx, [], move |[dy, a, b], dx, []| elementwise::add_zip3(dy, a, b, dx, f));
        }
    }
}
