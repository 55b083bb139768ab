//! What enters the tape from outside: data, variables, parameters.

use super::{Direction, Tape, Var};
use crate::kernels::bulk;
use crate::ops::{Node, NodeId, Place};
use crate::real::Real;
use crate::tensor::{Array, Constant, Param, Shape};

impl<R: Real> Tape<'_, R> {
    /// Data: read, but not differentiated by.
    ///
    /// # Panics
    /// If the count of numbers isn't the shape's.
    #[track_caller]
    pub fn input(&self, shape: impl Into<Shape>, data: &[R]) -> Var<'_, R> {
        self.leaf(shape.into(), data, false)
    }

    /// Data to differentiate by: its [`grad`](Var::grad) can be read after `backward`.
    pub fn variable(&self, array: &Array<R>) -> Var<'_, R> {
        self.leaf(array.shape(), array.data(), true)
    }

    /// Zeros, as data.
    #[track_caller]
    pub fn zeros(&self, shape: impl Into<Shape>) -> Var<'_, R> {
        self.leaf_with(shape.into(), false, |value| value.fill(R::ZERO))
    }

    /// A mask `[B, T]` for a recurrent layer: 1 where a row takes a step, 0 where it skips it.
    ///
    /// # Panics
    /// If the count isn't the shape's.
    #[track_caller]
    pub fn mask(&self, shape: impl Into<Shape>, mask: &[bool]) -> Var<'_, R> {
        let shape = shape.into();
        assert!(mask.len() == shape.len(), "mask: {} values for shape {shape}", mask.len());
        let number = |&yes| if yes { R::ONE } else { R::ZERO };
        self.leaf_with(shape, false, |value| {
            value.iter_mut().zip(mask).for_each(|(m, yes)| *m = number(yes));
        })
    }

    /// The mask `[B, T]` of sequences that are shorter than `T`: row `b` takes its first `lengths[b]` steps.
    ///
    /// # Panics
    /// If a length is larger than `T`.
    #[track_caller]
    pub fn lengths(&self, lengths: &[usize], steps: usize) -> Var<'_, R> {
        for (row, &length) in lengths.iter().enumerate() {
            assert!(
                length <= steps,
                "lengths: row {row} has length {length}, but there are T = {steps} steps"
            );
        }
        self.leaf_with(Shape::from([lengths.len(), steps]), false, |value| {
            value.fill(R::ZERO);
            value.chunks_exact_mut(steps.max(1)).zip(lengths).for_each(|(row, &n)| row[..n].fill(R::ONE));
        })
    }

    #[track_caller]
    fn leaf(&self, shape: Shape, data: &[R], needs_grad: bool) -> Var<'_, R> {
        assert!(data.len() == shape.len(), "input: {} numbers for shape {shape}", data.len());
        self.leaf_with(shape, needs_grad, |value| bulk::copy(data, value))
    }

    pub(crate) fn leaf_with(
        &self,
        shape: Shape,
        needs_grad: bool,
        write: impl FnOnce(&mut [R]),
    ) -> Var<'_, R> {
        let memory = &mut *self.memory_mut();
        let offset = memory.values.push(shape.len());
        let value = &mut memory.values.all_mut()[offset..][..shape.len()];
        write(value);
        if self.watched {
            let id = NodeId(memory.nodes.len() as u32);
            memory.anomaly.see(Direction::Forward, id, None, value);
        }
        let needs_grad = needs_grad && self.differentiates;
        self.push(memory, Node::leaf(shape, Place::Arena(offset), needs_grad))
    }

    /// A parameter. However often it is asked for, it is on the tape once: `W_hh`, read at every
    /// time step, is one node, whose gradient receives one `+=` per step.
    ///
    /// # Panics
    /// If the handle is of another store than the tape's.
    #[track_caller]
    pub fn param(&self, param: Param) -> Var<'_, R> {
        let memory = &mut *self.memory_mut();
        self.params().check(param);
        if let Some(id) = memory.param_leaves[param.index] {
            return Var::new(self, id, param.shape());
        }
        let var =
            self.push(memory, Node::leaf(param.shape(), Place::Params(param.offset), self.differentiates));
        memory.param_leaves[param.index] = Some(var.id());
        var
    }

    /// A constant of a layer: like a parameter on the tape once, however often it is asked for, and part of no time step. But ask before the step
    /// computes anything else: the lines of a step should lie side by side.
    pub(crate) fn constant(&self, constant: &Constant) -> Var<'_, R> {
        let (array, number) = (constant.array(), constant.number());
        let known = self.memory().constant_leaves.iter().find(|&&(other, _)| other == number).copied();
        if let Some((_, id)) = known {
            return Var::new(self, id, array.shape());
        }
        let step = self.at_step(None);
        let var = self.leaf_with(array.shape(), false, |value| {
            value.iter_mut().zip(array.data()).for_each(|(value, &x)| *value = R::from_f64(x));
        });
        self.at_step(step);
        self.memory_mut().constant_leaves.push((number, var.id()));
        var
    }
}
