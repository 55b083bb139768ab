//! Products with matrices and vectors: methods of [`Var`].

use std::ops::Range;

use super::Var;
use crate::ops;
use crate::real::Real;

impl<R: Real> Var<'_, R> {
    /// `x·w`, with `x` `[.., K]` and `w` `[K, N]`; the result is `[.., N]`.
    ///
    /// # Panics
    /// If the inner sizes differ or `w` is not a matrix.
    #[must_use]
    #[track_caller]
    pub fn matmul(self, w: Self) -> Self {
        self.tape().record(ops::MatMul { a_t: false, b_t: false }, &[self, w])
    }

    /// `xᵀ·w`, with `x` `[K, M]` and `w` `[K, N]`; the result is `[M, N]`.
    ///
    /// # Panics
    /// If the inner sizes differ or one is not a matrix.
    #[must_use]
    #[track_caller]
    pub fn matmul_tn(self, w: Self) -> Self {
        self.tape().record(ops::MatMul { a_t: true, b_t: false }, &[self, w])
    }

    /// `x·wᵀ`, with `x` `[.., K]` and `w` `[N, K]`, as PyTorch stores weights; the result is `[.., N]`.
    ///
    /// # Panics
    /// If the inner sizes differ or `w` is not a matrix.
    #[must_use]
    #[track_caller]
    pub fn matmul_nt(self, w: Self) -> Self {
        self.tape().record(ops::MatMul { a_t: false, b_t: true }, &[self, w])
    }

    /// `xᵀ·wᵀ`, with `x` `[K, M]` and `w` `[N, K]`; the result is `[M, N]`.
    ///
    /// # Panics
    /// If the inner sizes differ or one is not a matrix.
    #[must_use]
    #[track_caller]
    pub fn matmul_tt(self, w: Self) -> Self {
        self.tape().record(ops::MatMul { a_t: true, b_t: true }, &[self, w])
    }

    /// `x·w[:, columns]`, with `x` `[.., K]`, `w` `[K, M]` and `N` of its columns; the result is `[.., N]`. As
    /// [`slice`](Self::slice) and [`matmul`](Self::matmul), but without a copy of the columns.
    ///
    /// # Panics
    /// If the inner sizes differ, `w` is not a matrix, or doesn't have these columns.
    #[must_use]
    #[track_caller]
    pub fn matmul_columns(self, w: Self, columns: Range<usize>) -> Self {
        let (x, m, Range { start: from, end }) = (self.shape(), w.shape(), columns);
        assert!(
            from <= end,
            "matmul_columns: columns from {from} to {end} of shape {m} (shape {x} times it)"
        );
        let len = end - from;
        self.tape().record(ops::MatMulColumns { from, len }, &[self, w])
    }

    /// `x + b`, with `x` `[.., N]` and `b` `[N]`: the same `b` for every row.
    ///
    /// # Panics
    /// If `b` is not a vector as long as the last axis of `x`.
    #[must_use]
    #[track_caller]
    pub fn add_bias(self, b: Self) -> Self {
        self.tape().record(ops::AddBias, &[self, b])
    }

    /// `C·x` of each row of the batch, whose matrix lies in `self` `[B, M·N]`, with `x` `[B, N]`; the result is `[B, M]`.
    ///
    /// # Panics
    /// If the shapes aren't these, or `N` is 0.
    #[must_use]
    #[track_caller]
    pub fn matvec(self, x: Self) -> Self {
        self.tape().record(ops::MatVec, &[self, x])
    }

    /// `C·diag(f) + p·qᵀ` of each row of the batch, whose matrix lies in `self` `[B, M·N]`, with `p` `[B, M]`, `q` `[B, N]`, and `f` `[B, N]` or, one
    /// for all columns, `[B, 1]`: a memory that keeps a share of what it has, and adds a value at a key.
    ///
    /// # Panics
    /// If the shapes aren't these.
    #[must_use]
    #[track_caller]
    pub fn outer_update(self, f: Self, p: Self, q: Self) -> Self {
        self.tape().record(ops::OuterUpdate, &[self, p, q, f])
    }

    /// `C + p·qᵀ` of each row of the batch: [`outer_update`](Self::outer_update) with all factors 1.
    ///
    /// # Panics
    /// If the shapes aren't those.
    #[must_use]
    #[track_caller]
    pub fn add_outer(self, p: Self, q: Self) -> Self {
        self.tape().record(ops::OuterUpdate, &[self, p, q])
    }

    /// From voltages `v` `[B, I]`, `Σᵢ w[i, j]·σ(s[i, j]·(v[b, i] − m[i, j]))`, and beside it the same with each term times `e[i, j]`: `[B, 2·H]`. All
    /// others are `[I, H]`.
    ///
    /// # Panics
    /// If `self` is not `[B, I]`, or another one not `[I, H]`.
    #[must_use]
    #[track_caller]
    pub fn synapses(self, w: Self, s: Self, m: Self, e: Self) -> Self {
        self.tape().record(ops::Synapses, &[self, w, s, m, e])
    }
}
