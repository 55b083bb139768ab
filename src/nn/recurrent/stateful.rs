//! A state that lives on from one sequence to the next

use super::{Call, Cell, Output, Recurrent, State};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Array;

/// The state of a layer between two tapes: a long series is cut into pieces, and each piece begins where the last one
/// ended. Gradients end at the cut. Keras `stateful=True`. A stack needs one for each of its
/// [`layers`](crate::nn::Stacked::layers), run one after the other.
///
/// ```
/// # use tapeloop::{Memory, Params, Tape, nn::{Call, Lstm, Stateful}};
/// let mut params = Params::<f32>::new(0);
/// let lstm = Lstm::new(8).build(&mut params, "lstm", 1);
/// let mut state = Stateful::new();
/// let outputs = [0.1, 0.1].map(|x| {
///     let tape = Tape::new(&params, Memory::new());
///     state.run(&lstm, tape.input([1, 1, 1], &[x]), Call::default()).output.value()
/// });
/// assert!(outputs[0] != outputs[1]);
/// state.reset_state();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Stateful<R = f32> {
    variables: Vec<Array<R>>,
    /// Whether they are to be gone on from. Their memory is used again in any case.
    kept: bool,
}

impl<R: Real> Stateful<R> {
    /// Begins with the state that a layer begins with.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins with a state whose [`variables`](Self::variables) were these.
    pub fn of(variables: Vec<Array<R>>) -> Self {
        Self { kept: !variables.is_empty(), variables }
    }

    /// The variables of the state, such as `h` and `c`; none, if it is the one that a layer begins with.
    pub fn variables(&self) -> &[Array<R>] {
        if self.kept { &self.variables } else { &[] }
    }

    /// Forgets the state.
    pub fn reset_state(&mut self) {
        self.kept = false;
    }

    /// The rows `B` of the batch that the next one must continue; `None`, if it may begin anew.
    pub fn rows(&self) -> Option<usize> {
        self.variables.first().filter(|_| self.kept).map(|variable| variable.shape().sizes()[0])
    }

    /// Whether a layer with this cell can go on from it, with a batch of so many rows.
    pub fn fits<'t, C: Cell>(&self, cell: &C, tape: &'t Tape<'t, R>, rows: usize) -> bool {
        let (mut kept, mut fits) = (self.variables().iter(), true);
        let _ = cell.zero_state(tape, rows).map(|zeros| {
            fits &= kept.next().is_some_and(|kept| kept.shape() == zeros.shape());
            zeros
        });
        self.variables().is_empty() || fits && kept.next().is_none()
    }

    /// Runs the layer from the state that is kept here, unless another one is given, and keeps the one after it.
    ///
    /// # Panics
    /// As [`Recurrent::run`], and if the state is that of another batch or of another layer.
    #[track_caller]
    pub fn run<'t, C: Cell>(
        &mut self,
        layer: &Recurrent<C>,
        x: Var<'t, R>,
        call: Call<'t, C::State<'t, R>, R>,
    ) -> Output<'t, C::State<'t, R>, R> {
        let batch = x.shape().sizes().first().copied().unwrap_or(0);
        let initial = match call.initial_state {
            Some(state) => state,
            None => self.state(&layer.cell, x.tape(), batch),
        };
        let out = layer.run(x, Call { initial_state: Some(initial), ..call });
        self.keep(out.state);
        out
    }

    #[track_caller]
    fn state<'t, C: Cell>(&self, cell: &C, tape: &'t Tape<'t, R>, batch: usize) -> C::State<'t, R> {
        let zeros = cell.zero_state(tape, batch);
        if !self.kept {
            return zeros;
        }
        let (mut kept, mut fit, mut missing) = (self.variables.iter(), Ok(()), false);
        let state = zeros.map(|zeros| match kept.next() {
            None => {
                missing = true;
                zeros
            }
            Some(kept) if kept.shape() == zeros.shape() => tape.input(kept.shape(), kept.data()),
            Some(kept) => {
                fit = Err((kept.shape(), zeros.shape()));
                zeros
            }
        });
        if let Err((kept, wanted)) = fit {
            panic!("stateful: the state has shape {kept}, not {wanted}: `reset_state` before another batch")
        }
        assert!(
            kept.next().is_none() && !missing,
            "stateful: the state is of another layer: `reset_state` first"
        );
        state
    }

    fn keep<'t, S: State<'t, R>>(&mut self, state: S) {
        let mut number = 0;
        let _ = state.map(|variable| {
            match self.variables.get_mut(number) {
                Some(kept) => {
                    let mut data = std::mem::replace(kept, Array::zeros([0])).into_data();
                    data.clear();
                    variable.with_value(|value| data.extend_from_slice(value));
                    *kept = Array::new(variable.shape(), data);
                }
                None => self.variables.push(variable.to_array()),
            }
            number += 1;
            variable
        });
        self.variables.truncate(number);
        self.kept = true;
    }
}
