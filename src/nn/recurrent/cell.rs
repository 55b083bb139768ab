//! What a recurrent cell is.

use super::Way;
use crate::real::Real;
use crate::tape::{Tape, Var};

/// One step of a recurrence, `state_t = f(x_t, state_{t−1})`, written as its equation.
///
/// The loop over time is [`unroll`](crate::nn::unroll), the same for every cell; backpropagation through
/// time follows from the tape, the same for every cell. A cell of your own needs [`step`](Self::step) and
/// [`zero_state`](Self::zero_state); wrapped in [`Recurrent::of`](crate::nn::Recurrent::of) it has all that the cells of
/// this crate have: masks, dropout, both directions
/// ([`Bidirectional::of`](crate::nn::Bidirectional::of)), stacks ([`Stacked::of`](crate::nn::Stacked::of)). With a
/// [`Spec`](crate::nn::Spec), which adds its weights, it can be described and built like them; `examples/custom_cell.rs` is one.
///
/// ```
/// use tapeloop::nn::{Cell, Recurrent};
/// use tapeloop::{Init, Memory, Param, Params, Real, Tape, Var};
///
/// /// Units that each remember only themselves, `h_t = tanh(x_t·W + u⊙h_{t−1})`; Li et al. 2018.
/// struct Independent {
///     w: Param, // [I, H]
///     u: Param, // [H]
/// }
///
/// impl Cell for Independent {
///     type State<'t, R: Real> = Var<'t, R>; // h [B, H]
///
///     fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
///         tape.zeros([batch, self.u.shape().last()])
///     }
///
///     fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
///         let (w, u) = (x_t.tape().param(self.w), x_t.tape().param(self.u));
///         (x_t.matmul(w) + u.expand(h.shape()) * h).tanh()
///     }
/// }
///
/// let mut params = Params::<f32>::new(0);
/// let w = params.add("w", [3, 8], Init::GlorotUniform);
/// let cell = Independent { w, u: params.add("u", [8], Init::Constant(0.9)) };
/// let layer = Recurrent::of(cell).return_sequences(true);
/// let tape = Tape::new(&params, Memory::new());
/// let x = tape.input([2, 5, 3], &[0.1; 30]); // [B, T, I]
/// assert_eq!(layer.forward(x).shape().sizes(), [2, 5, 8]); // [B, T, H]
/// ```
pub trait Cell {
    /// What is carried from step to step: `h`, or a pair of `h` and `c`.
    type State<'t, R: Real>: State<'t, R>;

    /// The state before the first step: zeros, for a batch of `B` rows.
    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Self::State<'t, R>;

    /// `state_t` from `x_t` `[B, I]` and `state_{t−1}`.
    ///
    /// # Panics
    /// If `x_t` or the state don't fit the weights.
    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, state: Self::State<'t, R>) -> Self::State<'t, R>;

    /// The same step under recurrent dropout: the recurrent weights multiply `read` `[B, H]` instead of `h_{t−1}`.
    ///
    /// Unless a cell says otherwise, `read` is all that it sees of `h_{t−1}`. A cell in which `h_{t−1}` also goes another
    /// way than through weights (it leaks, or a gate keeps it) should say otherwise, or that way loses numbers, too:
    /// write the equation here, and `self.step_reading(x_t, h, h)` in `step`, as [`GruCell`](crate::nn::GruCell) does.
    #[track_caller]
    fn step_reading<'t, R: Real>(
        &self,
        x_t: Var<'t, R>,
        state: Self::State<'t, R>,
        read: Var<'t, R>,
    ) -> Self::State<'t, R> {
        self.step(x_t, state.with_output(read))
    }

    /// All steps at once, if there is an operation that does so: the outputs of all steps, `[B, T, H]`, in the order of the sequence,
    /// and the state after the last one. It must do the same as [`unroll`](crate::nn::unroll), which is what happens otherwise.
    /// Mask and dropout are data here, without a gradient, and there is no zoneout.
    #[track_caller]
    fn at_once<'t, R: Real>(
        &self,
        _x: Var<'t, R>,
        _initial: Self::State<'t, R>,
        _way: Way<'t, R>,
    ) -> Option<(Var<'t, R>, Self::State<'t, R>)> {
        None
    }
}

/// The state of a cell: one variable, a pair or an array of which the first is the output, or a `Copy` struct of your own
/// that says which. Each is `[B, ..]`; under a mask they are `[B, width]`.
pub trait State<'t, R: Real>: Copy {
    /// What the rest of the net sees of it: `h_t` `[B, H]`.
    fn output(self) -> Var<'t, R>;

    /// The same with another [`output`](Self::output).
    #[must_use]
    fn with_output(self, output: Var<'t, R>) -> Self;

    /// A state made of `f(a, b)` for each variable `a` of this state and `b` of the other: the output first, and always in
    /// the same order.
    #[must_use]
    fn zip(self, other: Self, f: impl FnMut(Var<'t, R>, Var<'t, R>) -> Var<'t, R>) -> Self;

    /// A state made of `f(a)` for each variable, in the order of [`zip`](Self::zip).
    #[must_use]
    fn map(self, mut f: impl FnMut(Var<'t, R>) -> Var<'t, R>) -> Self {
        self.zip(self, |a, _| f(a))
    }
}

impl<'t, R: Real> State<'t, R> for Var<'t, R> {
    fn output(self) -> Self {
        self
    }

    fn with_output(self, output: Self) -> Self {
        output
    }

    fn zip(self, other: Self, mut f: impl FnMut(Self, Self) -> Self) -> Self {
        f(self, other)
    }
}

impl<'t, R: Real> State<'t, R> for (Var<'t, R>, Var<'t, R>) {
    fn output(self) -> Var<'t, R> {
        self.0
    }

    fn with_output(self, output: Var<'t, R>) -> Self {
        (output, self.1)
    }

    fn zip(self, other: Self, mut f: impl FnMut(Var<'t, R>, Var<'t, R>) -> Var<'t, R>) -> Self {
        (f(self.0, other.0), f(self.1, other.1))
    }
}

/// Any number of variables, of which the first is the output.
impl<'t, R: Real, const N: usize> State<'t, R> for [Var<'t, R>; N] {
    fn output(self) -> Var<'t, R> {
        self[0]
    }

    fn with_output(mut self, output: Var<'t, R>) -> Self {
        self[0] = output;
        self
    }

    fn zip(self, other: Self, mut f: impl FnMut(Var<'t, R>, Var<'t, R>) -> Var<'t, R>) -> Self {
        std::array::from_fn(|i| f(self[i], other[i]))
    }
}
