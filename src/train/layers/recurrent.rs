//! Recurrent layers: they read the mask, and may keep their state from batch to batch.

use serde::Serialize;
use serde_json::Value;

use super::config;
use crate::nn::{Bidirectional, Call, Cell, Recurrent, Spec, Stateful};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::Params;
use crate::train::{Built, Describe, InputShape, Layer, Pass, Signal};

impl<R: Real, S> Describe<R> for Recurrent<S>
where
    S: Spec + Clone + Serialize + Send + Sync,
    S::Cell: 'static,
{
    fn kind(&self) -> &'static str {
        S::kind()
    }

    fn config(&self) -> Value {
        config(self)
    }

    fn build(&self, params: &mut Params<R>, name: &str, input: &InputShape) -> Result<Built<R>, String> {
        let (steps, inputs) = input.steps_and_inputs()?;
        let layer = self.clone().build(params, name, inputs);
        let output = output(self.return_sequences, steps, self.cell.outputs());
        Ok(Built { layer: Box::new(layer), output })
    }
}

impl<R: Real, S> Describe<R> for Bidirectional<S>
where
    S: Spec + Clone + Serialize + Send + Sync,
    S::Cell: 'static,
{
    fn kind(&self) -> &'static str {
        "Bidirectional"
    }

    fn config(&self) -> Value {
        let mut value = config(self);
        value["of"] = S::kind().into();
        value
    }

    fn build(&self, params: &mut Params<R>, name: &str, input: &InputShape) -> Result<Built<R>, String> {
        let (steps, inputs) = input.steps_and_inputs()?;
        let layer = self.clone().build(params, name, inputs);
        let [forward, _] = &self.directions;
        let output = output(forward.return_sequences, steps, self.merge.size(forward.cell.outputs()));
        Ok(Built { layer: Box::new(layer), output })
    }
}

fn output(sequences: bool, steps: Option<usize>, outputs: usize) -> InputShape {
    InputShape::values(if sequences { vec![steps, Some(outputs)] } else { vec![Some(outputs)] })
}

impl<R: Real, C: Cell + Send + Sync> Layer<R> for Recurrent<C> {
    fn forward<'t>(&self, _: &'t Tape<'t, R>, input: Signal<'t, R>, pass: Pass<'_, R>) -> Signal<'t, R> {
        let call = Call { mask: input.mask, training: pass.training, ..Call::default() };
        let out = match pass.state {
            Some(state) => state.run(self, input.x(), call),
            None => self.run(input.x(), call),
        };
        // Outputs come in the order in which they were computed, and so does what is said of them.
        let in_order = |mask: Var<'t, R>| if self.go_backwards { mask.reverse(1) } else { mask };
        let mask = input.mask.filter(|_| self.return_sequences).map(in_order);
        Signal { mask, ..input.with_x(out.output) }
    }

    fn can_keep_state(&self) -> Option<bool> {
        Some(!self.go_backwards)
    }

    fn fits_state<'t>(&self, tape: &'t Tape<'t, R>, state: &Stateful<R>, rows: usize) -> bool {
        state.fits(&self.cell, tape, rows)
    }
}

impl<R: Real, C: Cell + Send + Sync> Layer<R> for Bidirectional<C> {
    fn forward<'t>(&self, _: &'t Tape<'t, R>, input: Signal<'t, R>, pass: Pass<'_, R>) -> Signal<'t, R> {
        let call = Call { mask: input.mask, training: pass.training, ..Call::default() };
        let both = self.run(input.x(), call).map(|direction| direction.output);
        let mask = input.mask.filter(|_| self.directions[0].return_sequences);
        Signal { mask, ..input.with_x(self.merged(both)) }
    }

    fn can_keep_state(&self) -> Option<bool> {
        Some(false)
    }
}
