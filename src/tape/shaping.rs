//! Parts, arrays out of parts, and other orders: methods of [`Var`] and [`Tape`].

use super::{Tape, Var};
use crate::ops;
use crate::real::Real;
use crate::tensor::Shape;

impl<R: Real> Var<'_, R> {
    /// Entry `index` of an axis, which disappears. `x.select(1, t)` is `x_t` `[B, I]` of `[B, T, I]`.
    ///
    /// # Panics
    /// If there is no such axis or entry.
    #[must_use]
    #[track_caller]
    pub fn select(self, axis: usize, index: usize) -> Self {
        self.tape().record(ops::Select { axis, index }, &[self])
    }

    /// Entries `start..start + len` of an axis. `x.slice(1, H, H)` is the second gate of `[B, 4·H]`.
    ///
    /// PyTorch `narrow`, TF `slice`.
    ///
    /// # Panics
    /// If there is no such axis, or it ends before.
    #[must_use]
    #[track_caller]
    pub fn slice(self, axis: usize, start: usize, len: usize) -> Self {
        self.tape().record(ops::Slice { axis, start, len }, &[self])
    }

    /// The same elements in the same order, under another shape.
    ///
    /// # Panics
    /// If the number of elements differs.
    #[must_use]
    #[track_caller]
    pub fn reshape(self, to: impl Into<Shape>) -> Self {
        self.tape().record(ops::Reshape { to: to.into() }, &[self])
    }

    /// Swaps two axes. `x.transpose(0, 1)` is `[T, B, I]` of `[B, T, I]`.
    ///
    /// # Panics
    /// If there is no such axis.
    #[must_use]
    #[track_caller]
    pub fn transpose(self, a: usize, b: usize) -> Self {
        self.tape().record(ops::Transpose { a, b }, &[self])
    }

    /// An axis from its end to its start. `x.reverse(1)` is `x_T … x_1` of `[B, T, I]`.
    ///
    /// PyTorch and JAX `flip`, TF `reverse`.
    ///
    /// # Panics
    /// If there is no such axis.
    #[must_use]
    #[track_caller]
    pub fn reverse(self, axis: usize) -> Self {
        self.tape().record(ops::Reverse { axis }, &[self])
    }

    /// Repeats the elements along axes of size 1 and along new axes in front, to fill a larger shape.
    /// This is how to broadcast: no other operation does it unasked.
    ///
    /// PyTorch `expand`, JAX and TF `broadcast_to`.
    ///
    /// # Panics
    /// If an axis differs and is not of size 1.
    #[must_use]
    #[track_caller]
    pub fn expand(self, to: impl Into<Shape>) -> Self {
        self.tape().record(ops::Expand { to: to.into() }, &[self])
    }

    /// What a kernel `[K_y, K_x]` sees at each place of an image `[B, Y, X, C]`, with zeros around it: `[B, Y, X, K_y·K_x·C]`. Its product
    /// with a matrix `[K_y·K_x·C, F]` is a convolution: Keras' `padding="same"`. (A kernel of even size sees more behind the place than before it.)
    ///
    /// PyTorch `unfold`, JAX `conv_general_dilated_patches`, TF `extract_patches`; also called im2col.
    ///
    /// # Panics
    /// If `self` isn't `[B, Y, X, C]`, or a size of the kernel is 0.
    #[must_use]
    #[track_caller]
    pub fn patches(self, kernel: [usize; 2]) -> Self {
        self.tape().record(ops::Patches { kernel }, &[self])
    }

    /// The rows of a table `[V, D]` with these ids: ids of shape `[B, T]`, row by row, make `[B, T, D]`.
    ///
    /// PyTorch `embedding`, JAX `take`, TF `gather`. Ids count from 0; there are no negative ones.
    ///
    /// # Panics
    /// If an id is `V` or more, if `self` is not a matrix, or if the count of ids isn't the shape's.
    #[must_use]
    #[track_caller]
    pub fn gather(self, shape: impl Into<Shape>, ids: &[usize]) -> Self {
        let ids = self.tape().list_ids(ids.iter().copied());
        self.tape().record(ops::Gather { ids, shape: shape.into(), padding: None, mean: false }, &[self])
    }
}

impl<R: Real> Tape<'_, R> {
    /// Arrays end to end along an axis: `[B, I]` and `[B, H]` along axis 1 make `[B, I+H]`.
    ///
    /// # Panics
    /// If there is none, if there is no such axis, or if they differ on another one.
    #[must_use]
    #[track_caller]
    pub fn concat<'t>(&'t self, axis: usize, parts: &[Var<'t, R>]) -> Var<'t, R> {
        self.record(ops::Concat { axis }, parts)
    }

    /// [`concat`](Self::concat) of so many parts, each of which is computed for it. The list of them lies on the tape.
    #[track_caller]
    pub(crate) fn concat_of<'t>(
        &'t self,
        axis: usize,
        count: usize,
        part: impl Fn(usize) -> Var<'t, R>,
    ) -> Var<'t, R> {
        let (concat, parts) = (ops::Concat { axis }, self.list_computed(count, part));
        self.compute(&concat, concat.into(), parts)
    }

    /// Arrays of one shape side by side on a new axis: `T` arrays `[B, H]` on axis 1 make `[B, T, H]`.
    ///
    /// # Panics
    /// If there is none, if their shapes differ, or if there is no place for the axis.
    #[must_use]
    #[track_caller]
    pub fn stack<'t>(&'t self, axis: usize, parts: &[Var<'t, R>]) -> Var<'t, R> {
        self.record(ops::Stack { axis }, parts)
    }
}
