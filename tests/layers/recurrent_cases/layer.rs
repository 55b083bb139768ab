//! What our layers over sequences have in common, as far as recordings go.

use tapeloop::nn::{Bidirectional, Call, Cell, Recurrent, Spec, Stacked, State};
use tapeloop::{Array, Param, Var};

use super::net::{Net, Tally, Wanted};

/// The operation for whole sequences, or every step on the tape by itself.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    AtOnce,
    Unrolled,
}

/// Both, each of which must give the recorded numbers.
pub const FORMS: [Form; 2] = [Form::AtOnce, Form::Unrolled];

impl Form {
    pub fn of<S: Spec>(self, layer: Recurrent<S>) -> Recurrent<S> {
        match self {
            Self::AtOnce => layer,
            Self::Unrolled => layer.unrolled(),
        }
    }
}

type StateOf<'t, L> = <<L as Layer>::Cell as Cell>::State<'t, f64>;

/// What a layer gives back: its outputs, and the state of each cell after the last step.
type Given<'t, L> = (Vec<Var<'t, f64>>, Vec<StateOf<'t, L>>);

/// A layer, two directions, or several layers, all with the same kind of cell.
pub trait Layer {
    type Cell: Cell;

    /// The cells, from the bottom to the top, forwards before backwards.
    fn cells(&self) -> Vec<&Self::Cell>;

    /// Runs it from one state for each cell, or zeros.
    fn given<'t>(
        &self,
        x: Var<'t, f64>,
        initial: Option<&[StateOf<'t, Self>]>,
        mask: Option<Var<'t, f64>>,
    ) -> Given<'t, Self>;
}

fn call<'t, S>(initial_state: Option<S>, mask: Option<Var<'t, f64>>) -> Call<'t, S, f64> {
    Call { initial_state, mask, training: None }
}

impl<C: Cell> Layer for Recurrent<C> {
    type Cell = C;

    fn cells(&self) -> Vec<&C> {
        vec![&self.cell]
    }

    fn given<'t>(
        &self,
        x: Var<'t, f64>,
        initial: Option<&[C::State<'t, f64>]>,
        mask: Option<Var<'t, f64>>,
    ) -> Given<'t, Self> {
        let out = self.run(x, call(initial.map(|of_cells| of_cells[0]), mask));
        (vec![out.output], vec![out.state])
    }
}

impl<C: Cell> Layer for Bidirectional<C> {
    type Cell = C;

    fn cells(&self) -> Vec<&C> {
        self.directions.iter().map(|direction| &direction.cell).collect()
    }

    fn given<'t>(
        &self,
        x: Var<'t, f64>,
        initial: Option<&[C::State<'t, f64>]>,
        mask: Option<Var<'t, f64>>,
    ) -> Given<'t, Self> {
        let both = self.run(x, call(initial.map(|of_cells| [of_cells[0], of_cells[1]]), mask));
        (vec![self.merged(both.map(|out| out.output))], both.map(|out| out.state).to_vec())
    }
}

/// Two directions whose outputs stay apart.
pub struct Apart<C>(pub Bidirectional<C>);

impl<C: Cell> Layer for Apart<C> {
    type Cell = C;

    fn cells(&self) -> Vec<&C> {
        self.0.cells()
    }

    fn given<'t>(
        &self,
        x: Var<'t, f64>,
        initial: Option<&[C::State<'t, f64>]>,
        mask: Option<Var<'t, f64>>,
    ) -> Given<'t, Self> {
        let both = self.0.run(x, call(initial.map(|of_cells| [of_cells[0], of_cells[1]]), mask));
        (both.map(|out| out.output).to_vec(), both.map(|out| out.state).to_vec())
    }
}

impl<C: Cell> Layer for Stacked<Recurrent<C>> {
    type Cell = C;

    fn cells(&self) -> Vec<&C> {
        self.layers.iter().map(|layer| &layer.cell).collect()
    }

    fn given<'t>(
        &self,
        x: Var<'t, f64>,
        initial: Option<&[C::State<'t, f64>]>,
        mask: Option<Var<'t, f64>>,
    ) -> Given<'t, Self> {
        let mut states = Vec::new();
        let output = self.run(x, call(initial, mask), |_, state| states.push(state));
        (vec![output], states)
    }
}

/// A single step of a cell, which gives its state and nothing else.
pub struct Step<C>(pub C);

impl<C: Cell> Layer for Step<C> {
    type Cell = C;

    fn cells(&self) -> Vec<&C> {
        vec![&self.0]
    }

    fn given<'t>(
        &self,
        x: Var<'t, f64>,
        initial: Option<&[C::State<'t, f64>]>,
        _: Option<Var<'t, f64>>,
    ) -> Given<'t, Self> {
        (vec![], vec![self.0.step(x, initial.expect("a state")[0])])
    }
}

/// One call of a layer, and what should come out.
pub struct Run {
    /// `[B, T, I]`
    pub x: Param,
    /// The variables of the initial states of all cells: of an LSTM's `h`, `c`. None: zeros.
    pub initial: Vec<Param>,
    /// `[B, T]`
    pub mask: Option<Array<f64>>,
    pub outputs: Vec<Wanted>,
    /// The variables of the last states of all cells, if they are recorded.
    pub states: Vec<Wanted>,
}

impl Run {
    /// Runs the layer, and compares everything.
    pub fn check<L: Layer>(self, net: Net<'_>, tally: &mut Tally, layer: &L) {
        let Self { x, initial, mask, outputs: mut wanted, states } = self;
        let with_states = !states.is_empty();
        wanted.extend(states);
        net.check(tally, &wanted, |tape| {
            let (x, mut initial) = (tape.param(x), initial.iter());
            let batch = x.shape().sizes()[0];
            let from_zeros = initial.len() == 0;
            let mut state = |cell: &L::Cell| {
                cell.zero_state(tape, batch).map(|_| tape.param(*initial.next().expect("a state")))
            };
            let start: Option<Vec<_>> =
                (!from_zeros).then(|| layer.cells().into_iter().map(&mut state).collect());
            assert!(initial.next().is_none(), "a state too many");
            let mask = mask.map(|mask| tape.input(mask.shape(), mask.data()));
            let (mut outputs, states) = layer.given(x, start.as_deref(), mask);
            if with_states {
                for state in states {
                    let _ = state.map(|variable| {
                        outputs.push(variable);
                        variable
                    });
                }
            }
            outputs
        });
    }
}
