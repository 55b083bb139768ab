//! An embedding: words as vectors that are learnt, `y_t = E[id_t]`

use crate::ops::Gather;
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params, Shape};

/// A table `E` `[V, D]` with a row for each word of a vocabulary, its size and options: a sequence of word numbers
/// (ids) becomes a sequence of rows, `y_t = E[id_t]`. Keras and PyTorch `Embedding`.
///
/// A row's gradient is the sum of `∂L/∂y_t` over the steps that read it. A batch reads few rows of a large table, and
/// a training step does nothing for the others, as far as the optimizer allows: see [`Rows`](crate::optim::Rows).
///
/// ```
/// # use tapeloop::{Memory, Params, Tape, nn::Embedding};
/// let mut params = Params::<f32>::new(0);
/// let words = Embedding::new(10_000, 32).mask_zero(true).build(&mut params, "words");
/// let tape = Tape::new(&params, Memory::new());
/// let ids = [4, 17, 9, 4, 0, 0]; // two sentences, the second of one word
/// let x = words.forward(&tape, [2, 3], &ids);
/// assert_eq!(x.shape().sizes(), [2, 3, 32]); // [B, T, D]
/// let mask = words.mask(&tape, [2, 3], &ids).unwrap();
/// assert_eq!(mask.value(), [1.0, 1.0, 1.0, 1.0, 0.0, 0.0]);
/// ```
///
/// PyTorch's `max_norm` is not here: it shortens the rows that are read, but a tape only reads its parameters. Shorten
/// them between the steps.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "train", derive(serde::Serialize, serde::Deserialize))]
pub struct Embedding {
    vocabulary: usize,
    dimension: usize,
    init: Init,
    mask_zero: bool,
    padding_index: Option<usize>,
    scale_grad_by_freq: bool,
}

impl Embedding {
    /// `V` words of `D` numbers each, uniform in ±0.05 (Keras' default; PyTorch's is normal with deviation 1).
    pub fn new(vocabulary: usize, dimension: usize) -> Self {
        Self {
            vocabulary,
            dimension,
            init: Init::Uniform { low: -0.05, high: 0.05 },
            mask_zero: false,
            padding_index: None,
            scale_grad_by_freq: false,
        }
    }

    /// Other initial values.
    #[must_use]
    pub fn init(self, init: Init) -> Self {
        Self { init, ..self }
    }

    /// Whether id 0 is no word but fills up short sequences, as in Keras: [`EmbeddingLayer::mask`] tells the two apart.
    /// `V` counts the 0. Its row is a row like any other.
    #[must_use]
    pub fn mask_zero(self, mask_zero: bool) -> Self {
        Self { mask_zero, ..self }
    }

    /// An id whose row starts as zeros and gets no gradient when it is read. PyTorch `padding_idx`.
    #[must_use]
    pub fn padding_index(self, padding_index: Option<usize>) -> Self {
        Self { padding_index, ..self }
    }

    /// Whether a row's gradient is the mean, not the sum, over the steps of one [`EmbeddingLayer::forward`] that read it.
    /// PyTorch's option of this name.
    #[must_use]
    pub fn scale_grad_by_freq(self, scale_grad_by_freq: bool) -> Self {
        Self { scale_grad_by_freq, ..self }
    }

    /// Adds the table `{name}.table` `[V, D]` and returns the layer.
    ///
    /// # Panics
    /// If the name is taken, or the padding index is not below `V`.
    #[track_caller]
    pub fn build<R: Real>(self, params: &mut Params<R>, name: &str) -> EmbeddingLayer {
        let Self { vocabulary: v, dimension: d, padding_index, .. } = self;
        if let Some(i) = padding_index {
            assert!(i < v, "embedding: the padding index {i} is not below V = {v}");
        }
        let table = params.add_table(format!("{name}.table"), [v, d], self.init);
        if let Some(i) = padding_index {
            params[table][i * d..][..d].fill(R::ZERO);
        }
        EmbeddingLayer {
            table,
            mask_zero: self.mask_zero,
            padding_index,
            scale_grad_by_freq: self.scale_grad_by_freq,
        }
    }
}

/// An [`Embedding`] with its table.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddingLayer {
    /// `E` `[V, D]`.
    pub table: Param,
    /// Whether id 0 is no word.
    pub mask_zero: bool,
    /// The row without gradient.
    pub padding_index: Option<usize>,
    /// Whether a row's gradient is a mean.
    pub scale_grad_by_freq: bool,
}

impl EmbeddingLayer {
    /// `y = E[ids]` `[.., D]` for ids of shape `[..]`, as a rule `[B, T]`, row by row.
    ///
    /// # Panics
    /// If an id is `V` or more, or if the count of ids isn't the shape's.
    #[must_use]
    #[track_caller]
    pub fn forward<'t, R: Real>(
        &self,
        tape: &'t Tape<'t, R>,
        shape: impl Into<Shape>,
        ids: &[usize],
    ) -> Var<'t, R> {
        let (shape, ids) = (shape.into(), tape.list_ids(ids.iter().copied()));
        let gather = Gather { ids, shape, padding: self.padding_index, mean: self.scale_grad_by_freq };
        tape.record(gather, &[tape.param(self.table)])
    }

    /// If id 0 is no word: 1 for every word and 0 for every 0, in the shape of the ids, as data.
    ///
    /// # Panics
    /// If the count of ids isn't the shape's.
    #[must_use]
    #[track_caller]
    pub fn mask<'t, R: Real>(
        &self,
        tape: &'t Tape<'t, R>,
        shape: impl Into<Shape>,
        ids: &[usize],
    ) -> Option<Var<'t, R>> {
        let shape = shape.into();
        assert!(ids.len() == shape.len(), "embedding: {} ids for a mask of shape {shape}", ids.len());
        let number = |id| if id == 0 { R::ZERO } else { R::ONE };
        self.mask_zero.then(|| {
            tape.leaf_with(shape, false, |mask| {
                mask.iter_mut().zip(ids).for_each(|(m, &id)| *m = number(id));
            })
        })
    }
}
