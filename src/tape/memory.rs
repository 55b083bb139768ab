//! What a tape holds, to be used again by the next one.

use super::anomaly::Finding;
use super::history::History;
use crate::kernels::bulk;
use crate::kernels::recurrent::Workspace;
use crate::ops::{Node, NodeId};
use crate::real::Real;
use crate::tensor::Arena;

/// The storage of a tape. Handed from one training step to the next, it makes a step free of heap
/// allocations from the second one on. (If the net is so large that products are shared out to
/// threads, run the loop inside a rayon pool, with `install`: handing work to a pool from outside costs
/// an allocation now and then.)
#[derive(Clone)]
pub struct Memory<R: Real = f32> {
    pub(crate) nodes: Vec<Node<R>>,
    /// The inputs of all nodes, one run per node.
    pub(crate) inputs: Vec<NodeId>,
    /// Integers that ops read: rows of a table, classes, masks.
    pub(crate) ids: Vec<u32>,
    /// The value of every node, in tape order.
    pub(crate) values: Arena<R>,
    /// The gradient of every node, at the same offsets as `values`.
    pub(crate) grads: Arena<R>,
    /// What forward passes left for backward.
    pub(crate) saved: Arena<R>,
    /// What an operation needs while it computes.
    pub(crate) workspace: Workspace<R>,
    /// The leaf of each parameter that was read, by the parameter's index.
    pub(crate) param_leaves: Vec<Option<NodeId>>,
    /// The leaf of each constant of a layer that was read, and the constant's number.
    pub(crate) constant_leaves: Vec<(u64, NodeId)>,
    /// Which lines belong to which time step, and names; of a traced tape.
    pub(crate) history: History,
    /// What a watched tape has found.
    pub(crate) anomaly: Finding,
}

impl<R: Real> Default for Memory<R> {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            inputs: Vec::new(),
            ids: Vec::new(),
            values: Arena::default(),
            grads: Arena::default(),
            saved: Arena::default(),
            workspace: Workspace::default(),
            param_leaves: Vec::new(),
            constant_leaves: Vec::new(),
            history: History::default(),
            anomaly: Finding::default(),
        }
    }
}

impl<R: Real> Memory<R> {
    /// Memory of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes held, in use or not.
    pub fn bytes(&self) -> usize {
        let numbers = size_of::<NodeId>() * self.inputs.capacity() + size_of::<u32>() * self.ids.capacity();
        let lists = size_of::<Node<R>>() * self.nodes.capacity() + numbers;
        lists + self.values.bytes() + self.grads.bytes() + self.saved.bytes() + self.workspace.bytes()
    }

    /// How much is in use: nodes, inputs, integers, values, what forward passes left.
    pub(crate) fn used(&self) -> [usize; 5] {
        let [values, saved] = [&self.values, &self.saved].map(|arena| arena.all().len());
        [self.nodes.len(), self.inputs.len(), self.ids.len(), values, saved]
    }

    /// Makes room for so many more steps like those `after` that have come since then: so that nothing doubles as it grows.
    pub(crate) fn expect(&mut self, more: usize, since: [usize; 5], after: usize) {
        fn expect<T>(list: &mut Vec<T>, more: usize) {
            if list.capacity() < list.len().saturating_add(more) {
                list.reserve_exact(more + more / 16); // not all steps are alike
            }
        }
        let now = self.used();
        let [nodes, inputs, ids, values, saved] =
            std::array::from_fn(|i| more.saturating_mul(now[i] - since[i]) / after);
        expect(&mut self.nodes, nodes);
        expect(&mut self.inputs, inputs);
        expect(&mut self.ids, ids);
        self.values.expect(values);
        self.saved.expect(saved);
    }

    /// Gives back what no tape has needed.
    pub(crate) fn fit(&mut self) {
        [&mut self.values, &mut self.grads, &mut self.saved].into_iter().for_each(Arena::fit);
    }

    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.inputs.clear();
        self.ids.clear();
        self.values.clear();
        self.grads.clear();
        self.saved.clear();
        self.param_leaves.clear();
        self.constant_leaves.clear();
        self.history.clear();
        self.anomaly = Finding::default();
    }

    /// A gradient of zero for every node.
    pub(crate) fn clear_grads(&mut self) {
        self.grads.be_as_long_as(&self.values);
        bulk::fill(self.grads.all_mut(), R::ZERO);
    }
}
