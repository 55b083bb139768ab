//! A recurrent layer at work.

use super::call::States;
use super::{Call, Cell, Output, Recurrent, State, Way, unroll};
use crate::real::Real;
use crate::tape::Var;
use crate::tensor::Shape;

impl<C: Cell> Recurrent<C> {
    /// The output for `x` `[B, T, I]`, from a state of zeros.
    ///
    /// # Panics
    /// If `x` isn't `[B, T, I]` with the `I` of the weights.
    #[must_use]
    #[track_caller]
    pub fn forward<'t, R: Real>(&self, x: Var<'t, R>) -> Var<'t, R> {
        self.run(x, Call::default()).output
    }

    /// The output for `x` `[B, T, I]` and the state after it, from this initial state. The state
    /// may be a variable, and has a gradient then.
    ///
    /// # Panics
    /// As [`forward`](Self::forward), and if the state doesn't fit the batch.
    #[must_use]
    #[track_caller]
    pub fn forward_from<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        initial: C::State<'t, R>,
    ) -> (Var<'t, R>, C::State<'t, R>) {
        let Output { output, state, .. } =
            self.run(x, Call { initial_state: Some(initial), ..Call::default() });
        (output, state)
    }

    /// The output for `x` `[B, T, I]`, and all else there is to know.
    ///
    /// If `T` is 0, the state stays the initial one; if `B` is 0, everything is empty.
    ///
    /// # Panics
    /// If `x` isn't `[B, T, I]` with the `I` of the weights, the mask not `[B, T]`, or the initial state of another
    /// batch.
    #[must_use]
    #[track_caller]
    pub fn run<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        call: Call<'t, C::State<'t, R>, R>,
    ) -> Output<'t, C::State<'t, R>, R> {
        let mut out = self.run_in_order(x, call);
        if self.return_sequences && self.go_backwards {
            out.output = out.output.reverse(1);
        }
        out
    }

    /// [`run`](Self::run), but outputs are in the order of the sequence, whatever the direction.
    #[track_caller]
    pub(super) fn run_in_order<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        call: Call<'t, C::State<'t, R>, R>,
    ) -> Output<'t, C::State<'t, R>, R> {
        let &[batch, steps, _] = x.shape().sizes() else {
            panic!("recurrent: x has shape {}, not [B, T, I]", x.shape())
        };
        if let Some(mask) = call.mask {
            let (shape, same_tape) = (mask.shape(), std::ptr::eq(mask.tape(), x.tape()));
            assert!(same_tape, "recurrent: the mask is on another tape than x");
            assert!(
                shape.sizes() == [batch, steps],
                "recurrent: the mask has shape {shape}, not [B, T] = [{batch}, {steps}]"
            );
        }
        let initial = call.initial_state.unwrap_or_else(|| self.cell.zero_state(x.tape(), batch));
        let (x, keep) = self.drop(x, initial.output().shape(), call.training);
        let zoneout = self.zoneout.map(|zoneout| (zoneout, call.training));
        let way = Way { reverse: self.go_backwards, mask: call.mask, keep, zoneout };
        let at_once =
            if self.unrolled || zoneout.is_some() { None } else { self.cell.at_once(x, initial, way) };
        let (states, state) = match at_once {
            Some(states) => {
                let last = way.steps(steps).last();
                (States::AtOnce(states), last.map_or(initial, |t| states.map(|all| all.select(1, t))))
            }
            None => {
                let trajectory = unroll(&self.cell, x, initial, way);
                (States::Steps(trajectory), trajectory.state)
            }
        };
        Output { output: self.output(states, state, way), state, states }
    }

    /// What the rest of the net gets of it.
    fn output<'t, R: Real>(
        &self,
        states: States<'t, C::State<'t, R>, R>,
        state: C::State<'t, R>,
        way: Way<'t, R>,
    ) -> Var<'t, R> {
        let zeroed = |output: Var<'t, R>, mask: Option<Var<'t, R>>| match mask {
            Some(mask) if self.zero_output_for_mask => {
                mask.select_rows(output, output.tape().zeros(output.shape()))
            }
            _ => output,
        };
        if self.return_sequences {
            zeroed(states.outputs(), way.mask)
        } else {
            let mask_of_last =
                way.mask.and_then(|mask| Some(mask.select(1, way.steps(mask.shape().last()).last()?)));
            zeroed(state.output(), mask_of_last)
        }
    }

    /// In training: `x` after dropout, the same inputs at each step, and what `h` is multiplied with where recurrent
    /// weights read it.
    fn drop<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        h: Shape,
        training: Option<u64>,
    ) -> (Var<'t, R>, Option<Var<'t, R>>) {
        let Some(seed) = training else { return (x, None) };
        let tape = x.tape();
        let x = if self.dropout > 0.0 { x.dropout_along(1, self.dropout, seed) } else { x };
        let ones = (self.recurrent_dropout > 0.0).then(|| tape.zeros(h) + 1.0);
        (x, ones.map(|ones| ones.dropout(self.recurrent_dropout, !seed)))
    }
}
