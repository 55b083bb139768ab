//! Lists that lie on the tape itself, so that a training step allocates nothing for them.

use super::{Tape, Var};
use crate::ops::Span;
use crate::real::Real;

impl<R: Real> Tape<'_, R> {
    /// Puts the list of a node's inputs on the tape.
    #[track_caller]
    pub(crate) fn list_inputs(&self, vars: &[Var<'_, R>]) -> Span {
        let list = &mut self.memory_mut().inputs;
        let start = list.len();
        for var in vars {
            assert!(std::ptr::eq(var.tape(), self), "an op reads a variable of another tape");
            list.push(var.id());
        }
        Span::at(start, vars.len())
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
        Span::at(start, list.len() - start)
    }
}
