//! Matrix products: `C = A·B` and `C += A·B`, each operand plain or transposed.

mod blocks;
mod dots;
mod outer;
mod pack;
mod panels;
mod tile;
mod tiles;

use crate::kernels::{Mat, MatMut};
use crate::real::Real;

use blocks::{even, share};
use dots::Dots;
pub use pack::Packed;
use pack::{pack, with_scratch};
use panels::{Panels, line};

/// Multiplications per thread for which it is worth having: one core does them in some 5 µs; to be
/// joined by another thread of the pool takes 1 µs.
const PER_THREAD: usize = 1 << 19;

/// The same for a caller from outside the pool, to whom it takes 10–20 µs.
const PER_THREAD_OUTSIDE: usize = 1 << 21;

/// With so few rows in `A`, or terms in a sum, `B` is read where it lies: a copy would cost a large part of
/// the product.
const IN_PLACE: usize = 16;

/// With so few rows in `A`, the columns of a transposed `B` are not brought together either.
const DOTS: usize = 4;

/// Numbers of `B` that are copied at a time: they should lie in the L3 cache.
const COPIED: usize = 1 << 21;

/// The right operand of a product: a matrix, or one that is packed already.
#[derive(Clone, Copy, Debug)]
pub enum Right<'a, R> {
    /// Where it lies.
    Plain(Mat<'a, R>),
    /// Copied once for many products.
    Packed(&'a Packed<R>),
}

impl<'a, R> From<Mat<'a, R>> for Right<'a, R> {
    fn from(b: Mat<'a, R>) -> Self {
        Self::Plain(b)
    }
}

impl<'a, R> From<&'a Packed<R>> for Right<'a, R> {
    fn from(b: &'a Packed<R>) -> Self {
        Self::Packed(b)
    }
}

/// `C = A·B` with `A` `[M, K]`, `B` `[K, N]`, `C` `[M, N]`. What `c` held does not matter.
///
/// # Panics
/// If the sizes do not fit together.
#[track_caller]
pub fn product<'a, R: Real>(a: Mat<'_, R>, b: impl Into<Right<'a, R>>, c: MatMut<'_, R>) {
    run(a, b.into(), c, false);
}

/// `C += A·B` with `A` `[M, K]`, `B` `[K, N]`, `C` `[M, N]`.
///
/// # Panics
/// If the sizes do not fit together.
#[track_caller]
pub fn add_product<'a, R: Real>(a: Mat<'_, R>, b: impl Into<Right<'a, R>>, c: MatMut<'_, R>) {
    run(a, b.into(), c, true);
}

#[track_caller]
fn run<R: Real>(a: Mat<'_, R>, b: Right<'_, R>, mut c: MatMut<'_, R>, add: bool) {
    let (k, n) = match b {
        Right::Plain(b) => (b.rows, b.cols),
        Right::Packed(b) => (b.rows(), b.cols()),
    };
    let m = a.rows;
    assert!(
        (a.cols, c.rows, c.cols) == (k, m, n),
        "matrix product of [{m}, {}] and [{k}, {n}] into [{}, {}]",
        a.cols,
        c.rows,
        c.cols
    );
    if m == 0 || n == 0 {
        return;
    }
    if k == 0 {
        if !add {
            c.each_row().for_each(|row| row.fill(R::ZERO));
        }
        return;
    }
    let pieces = pieces(m * k * n);
    match b {
        Right::Packed(b) => share(a, b.panels(), c, add, pieces),
        Right::Plain(b) if b.transposed && !a.transposed && m <= DOTS => R::vectorise(Dots { a, b, c, add }),
        Right::Plain(b) if !b.transposed && n % line::<R>() == 0 && (m <= IN_PLACE || k <= IN_PLACE) => {
            share(a, Panels::in_place(b), c, add, pieces);
        }
        Right::Plain(b) => with_scratch(|copy| {
            let slab = if k * n <= COPIED { k } else { (COPIED / n).max(IN_PLACE) };
            for (start, depth) in even(k, slab) {
                let panels = pack(b.block(start, 0, depth, n), copy, pieces > 1);
                let c = MatMut { data: &mut *c.data, ..c };
                share(a.block(0, start, m, depth), panels, c, add || start > 0, pieces);
            }
        }),
    }
}

/// How many threads are to share so many multiplications.
fn pieces(multiplications: usize) -> usize {
    if multiplications < 2 * PER_THREAD {
        return 1;
    }
    let inside = rayon::current_thread_index().is_some();
    let enough = multiplications / if inside { PER_THREAD } else { PER_THREAD_OUTSIDE };
    if enough <= 1 { 1 } else { enough.min(rayon::current_num_threads()) }
}
