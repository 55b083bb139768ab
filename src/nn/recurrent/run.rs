//! A recurrent layer at work.

use super::call::States;
use super::{Call, Cell, Output, Recurrent, State, Way, unroll};
use crate::real::Real;
use crate::tape::Var;
use crate::tensor::Shape;

impl<C: Cell> Recurrent<C> {
    /// The output for `x` `[B, T, I]`, from a state of zeros, without dropout. For training see [`run`](Self::run).
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
    /// In training say so, or nothing is dropped: [`Call::training`].
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
            panic!(
                "recurrent: x has shape {}, not [B, T, I] (are sequences returned by what is below?)",
                x.shape()
            )
        };
        if let Some(mask) = call.mask {
            let (shape, same_tape) = (mask.shape(), std::ptr::eq(mask.tape(), x.tape()));
            assert!(same_tape, "recurrent: the mask is on another tape than x");
            assert!(
                shape.sizes() == [batch, steps],
                "recurrent: the mask has shape {shape}, not [B, T] = [{batch}, {steps}]"
            );
        }
        let initial = match call.initial_state {
            Some(state) => state,
            None => self.cell.zero_state(x.tape(), batch),
        };
        if steps == 0 {
            self.check_state(x, initial); // no step will
        }
        let (x, keep) = self.drop(x, initial.output().shape(), call.training);
        let zoneout = self.zoneout.map(|zoneout| (zoneout, call.training));
        let way = Way { reverse: self.go_backwards, mask: call.mask, keep, zoneout };
        let step_by_step = self.unrolled || zoneout.is_some() || x.tape().is_traced();
        let at_once = if step_by_step { None } else { self.cell.at_once(x, initial, way) };
        let (states, state) = match at_once {
            Some((outputs, state)) => (States::AtOnce(outputs), state),
            None => {
                let trajectory = unroll(&self.cell, x, initial, way);
                (States::Steps(trajectory), trajectory.state)
            }
        };
        Output { output: self.output(states, state, way), state, states }
    }

    /// Panics unless the state is one for the rows of `x`.
    #[track_caller]
    fn check_state<'t, R: Real>(&self, x: Var<'t, R>, state: C::State<'t, R>) {
        let (batch, mut fit) = (x.shape().sizes()[0], Ok(()));
        let _ = state.zip(self.cell.zero_state(x.tape(), batch), |given, zeros| {
            if given.shape() != zeros.shape() || !std::ptr::eq(given.tape(), x.tape()) {
                fit = Err((given.shape(), zeros.shape()));
            }
            given
        });
        if let Err((given, wanted)) = fit {
            panic!("recurrent: the state has shape {given}, not {wanted} on the tape of x")
        }
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
    #[track_caller]
    fn drop<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        h: Shape,
        training: Option<u64>,
    ) -> (Var<'t, R>, Option<Var<'t, R>>) {
        let Some(seed) = training else { return (x, None) };
        let x = if self.dropout == 0.0 { x } else { x.dropout_along(1, self.dropout, seed) };
        if self.recurrent_dropout == 0.0 {
            return (x, None);
        }
        let ones = x.tape().zeros(h) + 1.0;
        (x, Some(ones.dropout(self.recurrent_dropout, !seed)))
    }
}
