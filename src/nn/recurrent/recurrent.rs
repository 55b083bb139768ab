//! A cell as a layer over whole sequences.

use super::{Cell, Zoneout, check_probability};
use crate::real::Real;
use crate::tensor::Params;

/// A recurrent layer: a cell, and how it is led through a sequence.
///
/// [`SimpleRnn`](crate::nn::SimpleRnn), [`Lstm`](crate::nn::Lstm), … are this with the sizes of a cell ([`Spec`]);
/// [`build`](Self::build) adds the weights and makes it a layer with a [`Cell`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct Recurrent<C> {
    /// The step, or its sizes and options.
    pub cell: C,
    /// Whether the output is `h_1 … h_T` `[B, T, H]`, or only `h_T` `[B, H]`.
    pub return_sequences: bool,
    /// Whether the last step comes first. Outputs come in the order in which they were computed.
    pub go_backwards: bool,
    /// Whether the output at a masked step is 0, instead of the output of the step before.
    pub zero_output_for_mask: bool,
    /// Whether every step is on the tape by itself, even if there is an operation for them all.
    pub unrolled: bool,
    /// The probability to drop an input.
    pub dropout: f64,
    /// The probability to drop an output on its way into the recurrent weights.
    pub recurrent_dropout: f64,
    /// What of the state stays by chance as it was.
    pub zoneout: Option<Zoneout>,
}

/// The sizes and options of a cell, to be given weights.
pub trait Spec {
    /// What it becomes.
    type Cell: Cell + Send + Sync;

    /// Adds the weights, whose names begin with `name`, for inputs of size `I`.
    ///
    /// # Panics
    /// If a name is taken.
    #[track_caller]
    fn cell<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> Self::Cell;

    /// The size of the output, `H`.
    fn outputs(&self) -> usize;

    /// The name of the layer in tables and files: that of the type, without `Spec`.
    fn kind() -> &'static str {
        let path = std::any::type_name::<Self>();
        let name = path.split('<').next().unwrap_or(path).rsplit("::").next().unwrap_or(path);
        name.strip_suffix("Spec").unwrap_or(name)
    }
}

impl<S: Spec> Recurrent<S> {
    /// Adds the weights, whose names begin with `name`, for inputs of size `I`, and returns the layer.
    ///
    /// # Panics
    /// If a name is taken.
    #[track_caller]
    pub fn build<R: Real>(self, params: &mut Params<R>, name: &str, inputs: usize) -> Recurrent<S::Cell> {
        Recurrent {
            return_sequences: self.return_sequences,
            go_backwards: self.go_backwards,
            zero_output_for_mask: self.zero_output_for_mask,
            unrolled: self.unrolled,
            dropout: self.dropout,
            recurrent_dropout: self.recurrent_dropout,
            zoneout: self.zoneout,
            cell: self.cell.cell(params, name, inputs),
        }
    }
}

impl<C> Recurrent<C> {
    /// A layer with this cell, of which the last output is returned.
    pub const fn of(cell: C) -> Self {
        Self {
            cell,
            return_sequences: false,
            go_backwards: false,
            zero_output_for_mask: false,
            unrolled: false,
            dropout: 0.0,
            recurrent_dropout: 0.0,
            zoneout: None,
        }
    }

    /// All outputs `[B, T, H]`, or only the last `[B, H]`.
    #[must_use]
    pub fn return_sequences(self, yes: bool) -> Self {
        Self { return_sequences: yes, ..self }
    }

    /// The last step first. Outputs come in the order in which they are computed (as Keras' do).
    #[must_use]
    pub fn go_backwards(self, yes: bool) -> Self {
        Self { go_backwards: yes, ..self }
    }

    /// At a masked step 0, as PyTorch and TF1 do, instead of the output of the step before, as Keras does.
    #[must_use]
    pub fn zero_output_for_mask(self, yes: bool) -> Self {
        Self { zero_output_for_mask: yes, ..self }
    }

    /// Every step on the tape by itself: the textbook's way, and the one on which each `∂L/∂h_t` can be read.
    #[must_use]
    pub fn unrolled(self) -> Self {
        Self { unrolled: true, ..self }
    }

    /// Drops inputs with probability `p`, the same ones at each step; and outputs on their way into the recurrent
    /// weights with probability `recurrent`. Both only in training, see [`Call::training`](crate::nn::Call::training).
    ///
    /// Gal & Ghahramani 2016, with one mask for all gates. Keras' `dropout` and `recurrent_dropout`.
    ///
    /// # Panics
    /// If a probability isn't in `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn dropout(self, p: f64, recurrent: f64) -> Self {
        for p in [p, recurrent] {
            check_probability("dropout", p);
        }
        Self { dropout: p, recurrent_dropout: recurrent, ..self }
    }
    /// Leaves each number of the state as it was with some probability, see [`Zoneout`]. Every step is on the tape by
    /// itself then.
    ///
    /// # Panics
    /// If a probability isn't in `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn zoneout(self, output: f64, others: f64) -> Self {
        Self { zoneout: Some(Zoneout::new(output, others)), ..self }
    }
}
