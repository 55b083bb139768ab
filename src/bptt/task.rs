//! What is to be learned from a sequence, one step at a time.

use crate::nn::{Cell, State};
use crate::real::Real;
use crate::tape::{Memory, Tape, Var};
use crate::tensor::{Array, Params};

/// The numbers of a state between two tapes: of each variable, such as `h` and `c`, `[B, H]`.
pub type StateValues<R> = Vec<Array<R>>;

/// A sequence, the cell that reads it, and a loss. One step at a time and over any kind of numbers: so that a way to the
/// gradient may compute the steps in its own order, some of them twice, or with [`Dual`](crate::Dual) numbers.
///
/// ```
/// use tapeloop::bptt::{Task, full};
/// use tapeloop::nn::{Dense, DenseLayer, Lstm, LstmCell};
/// use tapeloop::{Memory, Params, Real, Tape, Var};
///
/// /// A sine, of which each value is to be told from those before.
/// struct Sine {
///     cell: LstmCell,
///     read_out: DenseLayer,
/// }
///
/// impl Task for Sine {
///     type Cell = LstmCell;
///
///     fn cell(&self) -> &LstmCell {
///         &self.cell
///     }
///     fn sizes(&self) -> [usize; 2] {
///         [1, 50] // B, T
///     }
///     fn input<'t, R: Real>(&self, tape: &'t Tape<'t, R>, t: usize) -> Var<'t, R> {
///         tape.input([1, 1], &[R::from_f64((t as f64).sin())])
///     }
///     fn loss<'t, R: Real>(&self, t: usize, h: Var<'t, R>) -> Option<Var<'t, R>> {
///         let next = h.tape().input([1, 1], &[R::from_f64((t as f64 + 1.0).sin())]);
///         Some(self.read_out.forward(h).mse(next))
///     }
/// }
///
/// let mut params = Params::<f64>::new(0);
/// let cell = Lstm::new(8).build(&mut params, "lstm", 1).cell;
/// let task = Sine { cell, read_out: Dense::new(1).build(&mut params, "read_out", 8) };
/// let mut grads = params.zero_gradients();
/// let passed = full(&task, &params, &mut grads, &mut Memory::new());
/// assert!(passed.loss > 0.0);
/// ```
pub trait Task {
    /// The cell.
    type Cell: Cell;

    /// The cell.
    fn cell(&self) -> &Self::Cell;

    /// `B`, the rows of the batch, and `T`, the steps.
    fn sizes(&self) -> [usize; 2];

    /// `x_t` `[B, I]`: data, or computed from it with weights, such as the row of an embedding. It doesn't depend on the state.
    fn input<'t, R: Real>(&self, tape: &'t Tape<'t, R>, t: usize) -> Var<'t, R>;

    /// What step `t` adds to the loss, from its output `h_t`: a scalar, or nothing.
    fn loss<'t, R: Real>(&self, t: usize, h: Var<'t, R>) -> Option<Var<'t, R>>;
}

/// The state that a task begins with: the cell's [`zero_state`](Cell::zero_state). What gradient it may have goes no further.
pub fn initial_state<K: Task, R: Real>(task: &K, params: &Params<R>) -> StateValues<R> {
    let tape = Tape::without_gradients(params, Memory::new());
    let [batch, _] = task.sizes();
    values::<K, R>(task.cell().zero_state(&tape, batch))
}

/// The bytes that a state takes while [`checkpointed`](super::checkpointed) keeps it: its numbers, and the lists that they are in.
pub fn state_bytes<R: Real>(state: &[Array<R>]) -> usize {
    let variable = |h: &Array<R>| size_of::<Array<R>>() + size_of_val(h.data());
    size_of::<(usize, usize, StateValues<R>)>() + state.iter().map(variable).sum::<usize>()
}

type StateOf<'t, K, R> = <<K as Task>::Cell as Cell>::State<'t, R>;

/// The numbers of a state.
pub(super) fn values<'t, K: Task, R: Real>(state: StateOf<'t, K, R>) -> StateValues<R> {
    collect::<K, R, _>(state, Var::to_array)
}

/// Its gradient.
pub(super) fn gradient<'t, K: Task, R: Real>(state: StateOf<'t, K, R>) -> StateValues<R> {
    let grad = |variable: Var<'t, R>| if variable.shape().len() == 0 { Vec::new() } else { variable.grad() };
    collect::<K, R, _>(state, |variable| Array::new(variable.shape(), grad(variable)))
}

/// Something of each variable of a state.
pub(super) fn collect<'t, K: Task, R: Real, T>(
    state: StateOf<'t, K, R>,
    f: impl Fn(Var<'t, R>) -> T,
) -> Vec<T> {
    let mut all = Vec::new();
    let _ = state.map(|variable| {
        all.reserve_exact(1); // many are kept
        all.push(f(variable));
        variable
    });
    all
}

/// A state with these numbers, as variables of a tape.
///
/// # Panics
/// If they are not those of a state of this task.
#[track_caller]
pub(super) fn on_tape<'t, K: Task, R: Real>(
    task: &K,
    tape: &'t Tape<'t, R>,
    numbers: &[Array<R>],
) -> StateOf<'t, K, R> {
    let zeros = task.cell().zero_state(tape, task.sizes()[0]);
    let mut fit = values::<K, R>(zeros).iter().map(Array::shape).eq(numbers.iter().map(Array::shape));
    let mut numbers = numbers.iter();
    let state = zeros.map(|zeros| match numbers.next() {
        Some(numbers) => tape.variable(numbers),
        None => {
            fit = false;
            zeros
        }
    });
    assert!(fit, "bptt: the state given is not one of this cell and batch");
    state
}

/// Its variables, each with the gradient that is given for it.
pub(super) fn seeds<'t, 'g, K: Task, R: Real>(
    state: StateOf<'t, K, R>,
    gradient: &'g [Array<R>],
) -> Vec<(Var<'t, R>, &'g [R])> {
    let (mut all, mut gradient) = (Vec::new(), gradient.iter());
    let _ = state.map(|variable| {
        all.extend(gradient.next().map(|gradient| (variable, gradient.data())));
        variable
    });
    all
}
