//! Recording forwards, differentiating backwards.

use std::cell::{Ref, RefCell, RefMut};

use super::anomaly::Direction;
use super::{Memory, Var};
use crate::ops::{Forward, Inputs, Node, NodeId, Op, Part, Place, Rule, Span};
use crate::real::Real;
use crate::tensor::{Params, Shape};

/// A list of computed values, in the order in which they were computed.
///
/// ```
/// # use tapeloop::{Array, Memory, Params, Tape};
/// let params = Params::new(0); // no weights needed here
/// let tape = Tape::new(&params, Memory::new());
/// let x = tape.variable(&Array::new([2], vec![3.0, 4.0]));
/// let loss = (x * x).sum();
/// tape.backward(loss, &mut params.zero_gradients());
/// assert_eq!(loss.item(), 25.0);
/// assert_eq!(x.grad(), [6.0, 8.0]); // d(x²)/dx = 2x
/// ```
///
/// A tape borrows the parameters, so no weight can change while values computed from it are alive:
///
/// ```compile_fail,E0502
/// # use tapeloop::{Init, Memory, Params, Tape};
/// let mut params = Params::<f32>::new(0);
/// let w = params.add("w", [1], Init::Zeros);
/// let tape = Tape::new(&params, Memory::new());
/// let loss = tape.param(w).sum();
/// params[w][0] = 1.0; // error: `params` is borrowed by `tape`
/// println!("{}", loss.item());
/// ```
pub struct Tape<'p, R: Real = f32> {
    params: &'p Params<R>,
    // By value, not `&mut`: that would tie `Var` to two lifetimes.
    memory: RefCell<Memory<R>>,
    /// Whether parameters and variables have gradients.
    pub(super) differentiates: bool,
    /// Whether it remembers time steps and names.
    pub(super) traced: bool,
    /// Whether it looks for numbers that are none.
    pub(super) watched: bool,
}

impl<'p, R: Real> Tape<'p, R> {
    /// An empty tape over these parameters. Pass the [`Memory`] of the last step, so that nothing
    /// need be allocated anew.
    pub fn new(params: &'p Params<R>, mut memory: Memory<R>) -> Self {
        memory.clear();
        memory.param_leaves.resize(params.arrays(), None);
        let memory = RefCell::new(memory);
        Self { params, memory, differentiates: true, traced: false, watched: false }
    }

    /// The same for values alone: nothing on it has a gradient, and recurrences keep nothing for `backward`. PyTorch `no_grad`.
    ///
    /// Over several steps, recurrences copy their weights into the order in which products read them. These copies stay in the memory for the next such
    /// tape, until a parameter changes: so give each store of parameters a memory of its own.
    pub fn without_gradients(params: &'p Params<R>, memory: Memory<R>) -> Self {
        Self { differentiates: false, ..Self::new(params, memory) }
    }

    /// Ends the tape and returns its memory for the next one.
    pub fn into_memory(self) -> Memory<R> {
        let mut memory = self.memory.into_inner();
        memory.fit();
        memory
    }

    /// The parameters that the tape reads.
    pub fn params(&self) -> &'p Params<R> {
        self.params
    }

    /// The number of nodes recorded.
    pub fn len(&self) -> usize {
        self.memory.borrow().nodes.len()
    }

    /// Whether nothing is recorded yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Records a user's own op, see [`Rule`].
    ///
    /// # Panics
    /// If the op doesn't accept the shapes of its inputs, or if an input is from another tape.
    #[track_caller]
    pub fn custom<'t, C: Rule<R>>(&'t self, rule: &'static C, inputs: &[Var<'t, R>]) -> Var<'t, R> {
        let inputs = self.list_inputs(inputs);
        self.compute(rule, Op::Custom(rule), inputs)
    }

    /// Computes an op of the crate and records it.
    #[track_caller]
    pub(crate) fn record<O: Rule<R> + Into<Op<R>> + Copy>(&self, op: O, inputs: &[Var<'_, R>]) -> Var<'_, R> {
        let inputs = self.list_inputs(inputs);
        self.compute(&op, op.into(), inputs)
    }

    #[track_caller]
    pub(crate) fn compute(&self, rule: &impl Rule<R>, op: Op<R>, inputs: Span) -> Var<'_, R> {
        let memory = &mut *self.memory.borrow_mut();
        let Memory { nodes, values, saved, workspace, .. } = memory;
        let mut x = Inputs {
            nodes,
            inputs: inputs.of(&memory.inputs),
            arena: &[], // shapes first; the values, once there is room for one more
            params: self.params.flat(),
            version: self.params.version(),
            ids: &memory.ids,
        };
        let (shape, saved_len) = (rule.shape(x), rule.saved(x));
        let needs_grad = x.needs_grad();

        let (offset, saved_offset) = (values.push(shape.len()), saved.push(saved_len));
        let (before, y) = values.all_mut().split_at_mut(offset);
        x.arena = before;
        let saved = &mut saved.all_mut()[saved_offset..][..saved_len];
        // The shape is asked through the type, so that a panic names the caller's line; this is compiled already: `ops/compiled.rs`.
        op.rule().forward(Forward { x, y: &mut y[..shape.len()], saved, shape, workspace });

        let (id, saved) = (NodeId(memory.nodes.len() as u32), (saved_offset, saved_len));
        if self.watched {
            memory.anomaly.see(Direction::Forward, id, None, &y[..shape.len()]);
        }
        self.push(memory, Node { op, inputs, shape, place: Place::Arena(offset), saved, needs_grad })
    }

    /// Numbers of `var` that lie side by side, from this one on, as a value of its own that shares their memory.
    pub(crate) fn part<'t>(&'t self, var: Var<'t, R>, from: usize, shape: Shape) -> Var<'t, R> {
        let inputs = self.list_inputs(&[var]);
        let memory = &mut *self.memory.borrow_mut();
        let whole = memory.nodes[var.id().index()];
        assert!(from + shape.len() <= whole.shape.len(), "part: {shape} from {from} on of {}", whole.shape);
        let place = match whole.place {
            Place::Arena(offset) => Place::Arena(offset + from),
            Place::Params(offset) => Place::Params(offset + from),
        };
        let needs_grad = whole.needs_grad;
        self.push(memory, Node { op: Part.into(), inputs, shape, place, saved: (0, 0), needs_grad })
    }

    pub(super) fn push(&self, memory: &mut Memory<R>, node: Node<R>) -> Var<'_, R> {
        let id = NodeId(memory.nodes.len() as u32);
        memory.nodes.push(node);
        Var::new(self, id, node.shape)
    }

    pub(crate) fn memory(&self) -> Ref<'_, Memory<R>> {
        self.memory.borrow()
    }

    pub(crate) fn memory_mut(&self) -> RefMut<'_, Memory<R>> {
        self.memory.borrow_mut()
    }
}
