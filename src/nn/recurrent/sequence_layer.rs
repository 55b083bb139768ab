//! What layers over sequences have in common, so that they can be stacked.

use super::{Bidirectional, Call, Cell, Output, Recurrent, Spec};
use crate::real::Real;
use crate::tape::Var;
use crate::tensor::Params;

/// A layer from sequences `[B, T, I]` to sequences `[B, T, H]`, or to their last output `[B, H]`.
pub trait SequenceLayer {
    /// Its state, or that of both directions.
    type State<'t, R: Real>: Copy;

    /// The output for `x` `[B, T, I]`, and the state after it.
    ///
    /// # Panics
    /// As [`Recurrent::run`].
    #[track_caller]
    fn output_and_state<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        call: Call<'t, Self::State<'t, R>, R>,
    ) -> (Var<'t, R>, Self::State<'t, R>);
}

/// The sizes and options of a [`SequenceLayer`], to be given weights.
pub trait SequenceSpec: Sized {
    /// What it becomes.
    type Layer: SequenceLayer;

    /// Adds the weights, whose names begin with `name`, for inputs of size `I`.
    ///
    /// # Panics
    /// If a name is taken.
    #[track_caller]
    fn build_layer<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> Self::Layer;

    /// The size of the output.
    fn outputs(&self) -> usize;

    /// The same with all outputs, or only the last.
    #[must_use]
    fn with_sequences(self, yes: bool) -> Self;
}

impl<C: Cell> SequenceLayer for Recurrent<C> {
    type State<'t, R: Real> = C::State<'t, R>;

    #[track_caller]
    fn output_and_state<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        call: Call<'t, Self::State<'t, R>, R>,
    ) -> (Var<'t, R>, Self::State<'t, R>) {
        let Output { output, state, .. } = self.run(x, call);
        (output, state)
    }
}

impl<S: Spec> SequenceSpec for Recurrent<S> {
    type Layer = Recurrent<S::Cell>;

    #[track_caller]
    fn build_layer<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> Self::Layer {
        self.build(params, name, inputs)
    }

    fn outputs(&self) -> usize {
        self.cell.outputs()
    }

    fn with_sequences(self, yes: bool) -> Self {
        self.return_sequences(yes)
    }
}

impl<C: Cell> SequenceLayer for Bidirectional<C> {
    type State<'t, R: Real> = [C::State<'t, R>; 2];

    #[track_caller]
    fn output_and_state<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        call: Call<'t, Self::State<'t, R>, R>,
    ) -> (Var<'t, R>, Self::State<'t, R>) {
        let directions = self.run(x, call);
        (
            self.merged(directions.map(|direction| direction.output)),
            directions.map(|direction| direction.state),
        )
    }
}

impl<S: Spec> SequenceSpec for Bidirectional<S> {
    type Layer = Bidirectional<S::Cell>;

    #[track_caller]
    fn build_layer<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> Self::Layer {
        self.build(params, name, inputs)
    }

    fn outputs(&self) -> usize {
        self.merge.size(self.directions[0].cell.outputs())
    }

    fn with_sequences(self, yes: bool) -> Self {
        let directions = self.directions.map(|direction| direction.return_sequences(yes));
        Self { directions, ..self }
    }
}
