//! Differentiating backwards.

use std::ops::Range;

use super::{Memory, Tape, Var};
use crate::ops::{Backward, Inputs, Place};
use crate::real::Real;
use crate::tensor::Gradients;

impl<R: Real> Tape<'_, R> {
    /// Adds `∂loss/∂w` to the gradient of every parameter `w`, and makes `∂loss/∂v` of every node
    /// `v` readable through [`Var::grad`].
    ///
    /// The tape is in the order of computation, so everything that depends on a node stands after
    /// it: walking backwards, a node's own gradient is complete when its turn comes to pass it on.
    /// Time steps are nodes like any other; backpropagation through time is this loop.
    ///
    /// # Panics
    /// If `loss` isn't a scalar of this tape, if `grads` is not of its parameters' layout, or if the tape is
    /// [`without_gradients`](Self::without_gradients).
    #[track_caller]
    pub fn backward(&self, loss: Var<'_, R>, grads: &mut Gradients<R>) {
        assert!(self.params().fits(grads), "backward: gradients of other parameters");
        self.begin(loss, grads);
        self.walk_back(0..loss.id().index() + 1, grads);
    }

    /// `∂loss/∂loss = 1`, and all other gradients 0.
    #[track_caller]
    pub(super) fn begin(&self, loss: Var<'_, R>, grads: &mut Gradients<R>) {
        assert!(std::ptr::eq(loss.tape(), self), "backward: the loss is on another tape");
        assert!(
            loss.shape().len() == 1,
            "backward: the loss has shape {}, not one element: take its `sum` or `mean`",
            loss.shape()
        );
        assert!(self.differentiates, "backward: the tape is one without gradients");
        let memory = &mut *self.memory_mut();
        memory.clear_grads();
        match memory.nodes[loss.id().index()].place {
            Place::Arena(offset) => memory.grads.all_mut()[offset] = R::ONE,
            Place::Params(offset) => grads.flat_mut()[offset] += R::ONE,
        }
    }

    /// The chain rule of these lines of the tape, the last one first.
    pub(super) fn walk_back(&self, lines: Range<usize>, grads: &mut Gradients<R>) {
        let memory = &mut *self.memory_mut();
        let Memory { nodes, inputs, ids, values, saved, workspace, grads: node_grads, anomaly, .. } = memory;
        let (params, values, saved) = (self.params().flat(), values.all(), saved.all());

        for line in lines.rev().filter(|&line| nodes[line].needs_grad) {
            let node = &nodes[line];
            // A parameter's gradient is in `grads` already, and nothing lies below it.
            let Place::Arena(offset) = node.place else { continue };
            // Inputs lie before the node: their gradients on one side, its own on the other.
            let (before, own) = node_grads.all_mut().split_at_mut(offset);
            let x = Inputs { nodes, inputs: node.inputs.of(inputs), arena: values, params, ids };
            node.op.rule().vjp(Backward {
                x,
                y: &values[offset..][..node.shape.len()],
                dy: &own[..node.shape.len()],
                saved: &saved[node.saved.0..][..node.saved.1],
                shape: node.shape,
                arena_grads: before,
                param_grads: grads,
                workspace,
            });
            if self.watched {
                anomaly.look_back(line, x, before, grads);
            }
        }
    }
}
