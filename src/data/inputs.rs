//! What a net is given.

use super::Padded;
use crate::error::Error;
use crate::real::Real;
use crate::tensor::{Array, Shape};

/// `N` inputs of one shape.
///
/// ```
/// # use tapeloop::{Array, data::Inputs};
/// let words = Inputs::<f32>::ids(3, vec![4, 17, 9, 4, 0, 0]).with_lengths(vec![3, 1])?; // [N, T] = [2, 3]
/// let series = Inputs::from(Array::new([2, 3, 1], vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6])); // [N, T, I]
/// # assert_eq!((words.len(), series.len()), (2, 2));
/// # Ok::<(), tapeloop::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Inputs<R = f32> {
    pub(crate) shape: Shape,
    pub(crate) numbers: Numbers<R>,
    lengths: Option<Vec<usize>>,
}

/// Row by row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Numbers<R> {
    Values(Vec<R>),
    /// Each is multiplied by `scale` when it is used.
    Bytes {
        bytes: Vec<u8>,
        scale: f64,
    },
    Ids(Vec<usize>),
}

impl<R: Real> Inputs<R> {
    /// Images of one byte a pixel, as sequences of their rows `[N, T, I]`: from 0 to 1. (They stay bytes in memory.)
    ///
    /// # Panics
    /// If the count of bytes isn't a multiple of `rows·columns`.
    #[track_caller]
    pub fn images(rows: usize, columns: usize, pixels: Vec<u8>) -> Self {
        Self::bytes(rows, columns, pixels, 1.0 / 255.0)
    }

    /// Sequences `[N, T, I]` of bytes, each to be multiplied by `scale`.
    ///
    /// # Panics
    /// If the count of bytes isn't a multiple of `T·I`.
    #[track_caller]
    pub fn bytes(steps: usize, inputs: usize, bytes: Vec<u8>, scale: f64) -> Self {
        let count = count("bytes", bytes.len(), steps * inputs);
        let shape = Shape::from([count, steps, inputs]);
        Self { shape, numbers: Numbers::Bytes { bytes, scale }, lengths: None }
    }

    /// Sequences `[N, T]` of ids, for an [`Embedding`](crate::nn::Embedding).
    ///
    /// # Panics
    /// If the count of ids isn't a multiple of `T`.
    #[track_caller]
    pub fn ids(steps: usize, ids: Vec<usize>) -> Self {
        let shape = Shape::from([count("ids", ids.len(), steps), steps]);
        Self { shape, numbers: Numbers::Ids(ids), lengths: None }
    }

    /// The same as sequences some of which end early: of sequence `n` only the first `lengths[n]` steps count.
    ///
    /// What stands behind an end, inputs and targets, changes nothing, but must be finite: a gradient is 0 times it, and 0 times NaN is NaN.
    ///
    /// # Errors
    /// If these are no sequences `[N, T]` of ids or `[N, T, ..]` of numbers, if there is not one length for each, or one is
    /// larger than `T`.
    pub fn with_lengths(self, lengths: Vec<usize>) -> Result<Self, Error> {
        let sequences = self.shape.rank() > 2 || self.as_ids().is_some();
        let steps = self.shape.sizes().get(1).copied().unwrap_or(0);
        let problem = if !sequences {
            format!("inputs of shape {} have no steps; give numbers as [N, T, I]", self.shape)
        } else if lengths.len() != self.len() {
            format!("there are {} for {} inputs; give one for each", lengths.len(), self.len())
        } else if let Some(row) = lengths.iter().position(|&length| length > steps) {
            format!("that of input {row} is {}, but there are only {steps} steps", lengths[row])
        } else {
            return Ok(Self { lengths: Some(lengths), ..self });
        };
        Err(Error::Setting { setting: "lengths", problem })
    }

    /// The shape, `[N, ..]`.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// How many there are, `N`.
    pub fn len(&self) -> usize {
        self.shape.sizes().first().copied().unwrap_or(0)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The lengths of sequences that end early.
    pub fn lengths(&self) -> Option<&[usize]> {
        self.lengths.as_deref()
    }

    /// The ids, if these are ids.
    pub fn as_ids(&self) -> Option<&[usize]> {
        if let Numbers::Ids(ids) = &self.numbers { Some(ids) } else { None }
    }
}

/// How many inputs of this size there are.
#[track_caller]
fn count(what: &str, all: usize, each: usize) -> usize {
    assert!(each > 0 && all.is_multiple_of(each), "{all} {what} for inputs of {each} each");
    all / each
}

/// Sequences `[N, T, I]`, or features `[N, I]`.
impl<R: Real> From<Array<R>> for Inputs<R> {
    fn from(values: Array<R>) -> Self {
        Self { shape: values.shape(), numbers: Numbers::Values(values.into_data()), lengths: None }
    }
}

/// Ids of sequences that were brought to one length. All steps count; for those that fill up see
/// [`mask_zero`](crate::nn::Embedding::mask_zero), or [`with_lengths`](Inputs::with_lengths).
impl<R: Real> From<Padded<usize>> for Inputs<R> {
    fn from(padded: Padded<usize>) -> Self {
        let shape = Shape::from([padded.lengths.len(), padded.steps]);
        Self { shape, numbers: Numbers::Ids(padded.values), lengths: None }
    }
}
