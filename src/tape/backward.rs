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
        assert!(
            loss.shape().len() == 1,
            "backward: the loss has shape {}, not one element: take its `sum` or `mean`",
            loss.shape()
        );
        self.backward_from(&[(loss, &[R::ONE])], grads); // ∂loss/∂loss = 1
    }

    /// The same from several values at once, whose gradients (as far as the loss depends on them otherwise than on this tape) are given.
    #[track_caller]
    pub(crate) fn backward_from(&self, seeds: &[(Var<'_, R>, &[R])], grads: &mut Gradients<R>) {
        assert!(self.params().fits(grads), "backward: gradients of other parameters");
        let end = self.begin(seeds, grads);
        self.walk_back(0..end, grads);
    }

    /// These gradients, and all others 0. Returns the line behind the last of them.
    #[track_caller]
    pub(super) fn begin(&self, seeds: &[(Var<'_, R>, &[R])], grads: &mut Gradients<R>) -> usize {
        assert!(self.differentiates, "backward: the tape is one without gradients");
        let memory = &mut *self.memory_mut();
        memory.clear_grads();
        if self.watched {
            memory.anomaly.look_at_given(&memory.nodes, grads);
        }
        for (var, seed) in seeds {
            assert!(std::ptr::eq(var.tape(), self), "backward: the loss is on another tape");
            let gradient = match memory.nodes[var.id().index()].place {
                Place::Arena(offset) => &mut memory.grads.all_mut()[offset..],
                Place::Params(offset) => &mut grads.flat_mut()[offset..],
            };
            gradient.iter_mut().zip(*seed).for_each(|(g, &seed)| *g += seed);
        }
        seeds.iter().map(|(var, _)| var.id().index() + 1).max().unwrap_or(0)
    }

    /// The chain rule of these lines of the tape, the last one first.
    pub(super) fn walk_back(&self, lines: Range<usize>, grads: &mut Gradients<R>) {
        let memory = &mut *self.memory_mut();
        let Memory { nodes, inputs, ids, values, saved, workspace, grads: node_grads, anomaly, .. } = memory;
        let (params, version) = (self.params().flat(), self.params().version());
        let (values, saved) = (values.all(), saved.all());

        for line in lines.rev().filter(|&line| nodes[line].needs_grad) {
            let node = &nodes[line];
            // A parameter's gradient is in `grads` already, and nothing lies below it.
            let Place::Arena(offset) = node.place else { continue };
            // Inputs lie before the node: their gradients on one side, its own on the other.
            let (before, own) = node_grads.all_mut().split_at_mut(offset);
            let x = Inputs { nodes, inputs: node.inputs.of(inputs), arena: values, params, version, ids };
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
