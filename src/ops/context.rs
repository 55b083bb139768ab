//! What an op may see: its inputs, its output, its gradients. Slices and shapes, not the tape.

use super::Inputs;
use super::node::{Node, Place};
use crate::kernels::recurrent::Workspace;
use crate::kernels::{bulk, elementwise};
use crate::real::Real;
use crate::tensor::{Gradients, Shape};

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

    /// [`grad`](Self::grad) of several inputs at once; `None` where there is no such input, too.
    ///
    /// # Panics
    /// If two of them are one variable.
    pub fn grads<const N: usize>(&mut self, inputs: [Option<usize>; N]) -> [Option<&mut [R]>; N] {
        let nodes = inputs.map(|i| i.map(|i| *self.x.node(i)).filter(|node| node.needs_grad));
        let places = |of_params: bool| {
            nodes.map(|node| match node.map(|node| (node.place, node.shape.len())) {
                Some((Place::Arena(start), len)) if !of_params => start..start + len,
                Some((Place::Params(start), len)) if of_params => start..start + len,
                _ => 0..0,
            })
        };
        let different = "inputs whose gradients are added to at once are different variables";
        let arena = self.arena_grads.get_disjoint_mut(places(false)).expect(different);
        let mut params = self.param_grads.arrays_mut(places(true)).expect(different).into_iter();
        let mut all = arena.into_iter().zip(nodes);
        [(); N].map(|()| {
            let ((of_arena, node), of_params) = all.next().zip(params.next())?;
            Some(if let Place::Params(_) = node?.place { of_params } else { of_arena })
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
