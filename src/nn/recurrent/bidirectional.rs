//! Two layers over one sequence, one from each end

use super::{Call, Cell, Output, Recurrent, Spec};
use crate::real::Real;
use crate::tape::Var;
use crate::tensor::Params;

/// A layer that reads forwards and one that reads backwards. Schuster & Paliwal 1997. Keras `Bidirectional`, PyTorch
/// `bidirectional=True`, TF1 `bidirectional_dynamic_rnn`.
///
/// With a mask of lengths the second one begins at each row's own end, as in PyTorch and TF1. Where sequences are
/// returned, outputs at masked steps are 0, as in all of them.
///
/// ```
/// # use tapeloop::{Memory, Params, Tape, nn::{Bidirectional, Gru}};
/// let mut params = Params::<f32>::new(0);
/// let gru = Bidirectional::new(Gru::new(8).return_sequences(true)).build(&mut params, "gru", 3);
/// let tape = Tape::new(&params, Memory::new());
/// let x = tape.input([2, 5, 3], &[0.5; 30]); // [B, T, I]
/// assert_eq!(gru.forward(x).shape().sizes(), [2, 5, 16]); // [B, T, 2·H]
/// assert!(params.find("gru.backward.w_hh").is_some());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct Bidirectional<C> {
    /// The layer that reads forwards, and the one that reads backwards.
    pub directions: [Recurrent<C>; 2],
    /// What becomes of their two outputs.
    pub merge: Merge,
}

/// What becomes of the outputs of two directions. (To have both, see [`Bidirectional::run`].)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub enum Merge {
    /// Side by side, `[.., 2·H]`.
    #[default]
    Concat,
    /// Their sum.
    Sum,
    /// Their product.
    Mul,
    /// Their mean. Keras `ave`.
    Average,
}

impl Merge {
    /// The size of the output, for outputs of this size.
    pub(crate) fn size(self, each: usize) -> usize {
        if self == Self::Concat { 2 * each } else { each }
    }
}

impl<S: Spec> Bidirectional<S> {
    /// Two layers of this description, whatever it says of the direction.
    pub fn new(layer: Recurrent<S>) -> Self
    where
        S: Clone,
    {
        Self { directions: [layer.clone(), layer], merge: Merge::Concat }
    }

    /// Adds the weights of both, `{name}.forward.…` and `{name}.backward.…`, for inputs of size `I`.
    ///
    /// # Panics
    /// If a name is taken.
    #[track_caller]
    pub fn build<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> Bidirectional<S::Cell> {
        let [forward, backward] = self.directions;
        let forward = forward.build(params, &format!("{name}.forward"), inputs);
        let backward = backward.build(params, &format!("{name}.backward"), inputs);
        Bidirectional::of(forward, backward).merge(self.merge)
    }
}

impl<C> Bidirectional<C> {
    /// Two layers that have their weights, each with its own; whatever they say of the direction.
    pub fn of(forward: Recurrent<C>, backward: Recurrent<C>) -> Self {
        // Masked steps: all libraries do so. The output of the step before would be of another step in each direction.
        let zeroed = |direction: Recurrent<C>| {
            let zero = direction.zero_output_for_mask || direction.return_sequences;
            direction.zero_output_for_mask(zero)
        };
        let directions = [zeroed(forward.go_backwards(false)), zeroed(backward.go_backwards(true))];
        Self { directions, merge: Merge::Concat }
    }

    /// Another way to merge.
    #[must_use]
    pub fn merge(self, merge: Merge) -> Self {
        Self { merge, ..self }
    }
}

impl<C: Cell> Bidirectional<C> {
    /// The merged output for `x` `[B, T, I]`, from states of zeros: that of all steps, or the two last ones, of which the
    /// second is that of step 1.
    ///
    /// # Panics
    /// If `x` isn't `[B, T, I]` with the `I` of the weights.
    #[must_use]
    #[track_caller]
    pub fn forward<'t, R: Real>(&self, x: Var<'t, R>) -> Var<'t, R> {
        self.merged(self.run(x, Call::default()).map(|direction| direction.output))
    }

    /// What each direction gives, in the order of the sequence.
    ///
    /// # Panics
    /// As [`Recurrent::run`].
    #[must_use]
    #[track_caller]
    pub fn run<'t, R: Real>(
        &self,
        x: Var<'t, R>,
        call: Call<'t, [C::State<'t, R>; 2], R>,
    ) -> [Output<'t, C::State<'t, R>, R>; 2] {
        let Call { initial_state, mask, training } = call;
        let of = |i: usize| Call {
            initial_state: initial_state.map(|both| both[i]),
            mask,
            training: training.map(|seed| seed.wrapping_add((i as u64) << 32)),
        };
        [self.directions[0].run_in_order(x, of(0)), self.directions[1].run_in_order(x, of(1))]
    }

    /// Merges the outputs of the two directions.
    #[must_use]
    #[track_caller]
    pub fn merged<'t, R: Real>(&self, [forward, backward]: [Var<'t, R>; 2]) -> Var<'t, R> {
        match self.merge {
            Merge::Concat => forward.tape().concat(forward.shape().rank() - 1, &[forward, backward]),
            Merge::Sum => forward + backward,
            Merge::Mul => forward * backward,
            Merge::Average => (forward + backward) * 0.5,
        }
    }
}
