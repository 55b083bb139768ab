//! Matrices as memories: each row of the batch has one, `[M, N]`, which lies in a state `[B, M·N]`

use crate::real::Real;
use crate::tape::Var;

/// `a·bᵀ` of each row: `[B, M]` and `[B, N]` make `[B, M·N]`, `y[m, n] = a[m]·b[n]`.
#[track_caller]
pub(super) fn outer<'t, R: Real>(a: Var<'t, R>, b: Var<'t, R>) -> Var<'t, R> {
    let [batch, m, n] = [a.shape().rows(), a.shape().last(), b.shape().last()];
    let columns = a.reshape([batch, m, 1]).expand([batch, m, n]);
    let rows = b.reshape([batch, 1, n]).expand([batch, m, n]);
    (columns * rows).reshape([batch, m * n])
}

/// `C·x` of each row: `C` `[B, M·N]` and `x` `[B, N]` make `[B, M]`, `y[m] = Σₙ C[m, n]·x[n]`.
#[track_caller]
pub(super) fn product<'t, R: Real>(c: Var<'t, R>, x: Var<'t, R>) -> Var<'t, R> {
    let [batch, n] = [x.shape().rows(), x.shape().last()];
    let shape = [batch, c.shape().last() / n, n];
    (c.reshape(shape) * x.reshape([batch, 1, n]).expand(shape)).sum_axis(2)
}

/// `aᵀ·b` of each row: `[B, N]` and `[B, N]` make `[B, 1]`.
#[track_caller]
pub(super) fn dot<'t, R: Real>(a: Var<'t, R>, b: Var<'t, R>) -> Var<'t, R> {
    (a * b).sum_axis(1).reshape([a.shape().rows(), 1])
}

/// `C·diag(a)` of each row: `C` `[B, M·N]` and `a` `[B, N]` make `[B, M·N]`, `y[m, n] = C[m, n]·a[n]`.
#[track_caller]
pub(super) fn scaled_columns<'t, R: Real>(c: Var<'t, R>, a: Var<'t, R>) -> Var<'t, R> {
    let [batch, n] = [a.shape().rows(), a.shape().last()];
    let shape = [batch, c.shape().last() / n, n];
    (c.reshape(shape) * a.reshape([batch, 1, n]).expand(shape)).reshape(c.shape())
}
