//! Lists that lie on the tape itself, so that a training step allocates nothing for them.

use super::{Tape, Var};
use crate::ops::{NodeId, Span};
use crate::real::Real;

impl<R: Real> Tape<'_, R> {
    /// Puts the list of a node's inputs on the tape.
    #[track_caller]
    pub(crate) fn list_inputs(&self, vars: &[Var<'_, R>]) -> Span {
        let list = &mut self.memory_mut().inputs;
        let start = list.len();
        for &var in vars {
            list.push(self.id_of(var));
        }
        Span::at(start, vars.len())
    }

    /// The same for inputs that are computed meanwhile: room for all of them first, then one by one.
    #[track_caller]
    pub(crate) fn list_computed<'t>(&'t self, count: usize, input: impl Fn(usize) -> Var<'t, R>) -> Span {
        let start = self.memory().inputs.len();
        self.memory_mut().inputs.resize(start + count, NodeId(0));
        for i in 0..count {
            let id = self.id_of(input(i));
            self.memory_mut().inputs[start + i] = id;
        }
        Span::at(start, count)
    }

    #[track_caller]
    fn id_of(&self, var: Var<'_, R>) -> NodeId {
        assert!(std::ptr::eq(var.tape(), self), "an op reads a variable of another tape");
        var.id()
    }

    /// Puts integers on the tape for an op to read. Between two of them, the tape may be read, but no other list begun.
    ///
    /// # Panics
    /// If one is 2³² or more.
    #[track_caller]
    pub(crate) fn list_ids(&self, ids: impl IntoIterator<Item = usize>) -> Span {
        let start = self.memory().ids.len();
        for id in ids {
            assert!(id <= u32::MAX as usize, "id {id} does not fit into 32 bits");
            self.memory_mut().ids.push(id as u32);
        }
        Span::at(start, self.memory().ids.len() - start)
    }
}
