//! Matrix products: `C = A·B` and `C += A·B`, each operand plain or transposed.
//!
//! ```text
//! copy B, if that pays, into panels: strips of up to three cache lines         from L3 or memory, once
//! for a block of columns j of C, and of B                       block of B     ← L3, stays in L2
//!   for a block of rows i of C, and of A
//!     for a block of k                                          block of A     ← L3, stays in L2
//!       for a panel of the block of B                           panel          ← L2
//!         for a tile of C: up to 8 rows, as wide as the panel   sums           ← C, stay in registers
//!           for k in the block:  sums += a[rows][k]·b[k][panel] 8 numbers of A ← L1, L2
//!         C ← sums
//! ```
//!
//! A `B` that is copied is taken 512 rows at a time, `KC`: outside of all this is a loop over `k`, and within it there is one block of `k`. If one thread does it
//! all and `A` is plain, not all columns of these rows are copied at once, but those of a block `j` when its turn comes.
//!
//! Threads share out the rows of `C`; if there is but one, its columns. An element of `C` takes its terms one
//! by one, `k = 0, 1, 2, …`, whatever the blocks and the threads: so its bits are always the same. (`dots.rs` has
//! another order, just as fixed.)
//!
//! The tricks, with what each bought (`f32`, one thread, AVX-512, Zen 5; the square ones by
//! `benches/fast_matmul`, which builds them up one by one, as does `docs/fast-matmul.md`):
//!
//! 1. **A tile in registers** (`tile.rs`). 24 sums of 16 numbers use each number fetched 8 or 48 times:
//!    25 → 241 GFLOP/s at size 128. A tile of 12×32 does the same arithmetic, but twelve rows a power of two
//!    apart fill one set of the L1 cache: 68 % of the peak instead of 99.
//! 2. **Nothing between the sums and the registers** (`tile.rs`, `element.rs`). Arrays by value, plain indices, the
//!    sizes known to the compiler; a function of its own for each size of tile. An element of `A` is indexed where
//!    it is used: gathered in an array first, LLVM shuffles vectors. 12 → 85 % of the peak.
//! 3. **Panels** (`panels.rs`, `pack.rs`). `B` in the order in which it is read: no page or cache set that is
//!    fought for. 186 → 226 at 1024, 117 → 219 at 2048.
//! 4. **Blocks** (`blocks.rs`). What is used again stays in L2: 219 → 229 at 2048, nothing to speak of at 1024.
//! 5. **Packed once** (`Packed`), or not at all. Copying `B` takes as long as the products of some twenty rows. A recurrent weight
//!    is packed once per sequence. A plain `B` is read where it lies if it has up to 1.5 MiB (85 → 95 % of the peak at 512), or 16 MiB
//!    and `A` has up to 128 rows (512 if `B` has up to 384), or if these are at most 16: with 32 of them and 4 MiB 1.3 to 1.5, with 128 up to 1.3 times as fast (`panels.rs`).
//! 6. **Prefetching** (`tile.rs`), 64 rows ahead, for a `B` that comes from L3 or memory, the first time a panel is
//!    read: 68 → 81 % of the peak at `[64, 512]·[512, 2048]`. Where `B` is near it costs: 88 → 74 % at
//!    `[10, 128]·[128, 512]`.
//! 7. **`C` is sent for two tiles ahead** (`tile.rs`): its loads come later than a core looks ahead. 50 % more at
//!    `[512, 10]·[10, 2048]`. Long sums send for it row by row while they are computed, and for the next panel's behind the last tile: another
//!    2 to 5 % at `C += [512, 320]·[320, 2048]`, 2 to 8 % of forward and backward of an LSTM of 256 to 1024 units.
//! 8. **Equal tiles** (`tiles.rs`, `panels.rs`). 10 rows are 5 + 5: 15 cycles per `k` instead of 16, and no tile that
//!    asks for 48 bytes of `B` a cycle. Four lines are 2 + 2.
//! 9. **A row or column of tiles per call** (`tile.rs`): 39 → 58 % of the peak for sums of ten terms. And arguments by
//!    reference: 177 → 141 ns for `[1, 20]·[20, 80]`.
//! 10. **Rows of a transposed `B` are its columns** (`dots.rs`): up to four rows of `A` are multiplied with
//!     them as they lie. Eight at a time, and sums of lanes in registers: through memory they took 75 cycles each.
//! 11. **A copy of a block of a transposed `A`** (`blocks.rs`) serves all panels of `B`, which come from L3 again for it:
//!     4 % more than copying it for every block of `B`. Of a plain `A` nothing is copied, and so `B` may be copied block by block, to stay in L2
//!     (`f64` squares of 1024 and 2048 are 2 to 5 % faster, 16 rows of `A` 20 %). Else 512 rows of it at a time, not all of them: 2 to 6 % if `A` is transposed, and
//!     45 % for 16 rows of `A` on two threads.
//! 12. **Eight rows of an operand turned around together** (`copy.rs`; four of `f64`): sixteen, a power of two apart, are more than a set of L1 holds, and each
//!     number came from L2. `A·Bᵀ` 2 to 7 % at 512 and 1024, 1.2 to 1.6 times as fast with 32 or 64 rows. And 32 columns of them at a time, by shuffles of
//!     vectors: 3 to 14 %.
//! 13. **Threads** join for half a million multiplications each, if the caller is in the pool; else for four
//!     times as many. Two do squares of 256 to 2048 1.87 to 1.93 times as fast as one.

mod blocks;
mod copy;
mod dots;
mod element;
mod outer;
mod pack;
mod panels;
mod scratch;
mod sums;
mod tile;
mod tiles;

use crate::kernels::{Mat, MatMut};
use crate::real::Real;

use blocks::{copying, share};
use dots::Dots;
pub use pack::Packed;
use panels::Panels;

/// Multiplications per thread for which it is worth having: one core does them in some 5 µs; to be
/// joined by another thread of the pool takes 1 µs.
const PER_THREAD: usize = 1 << 19;

/// The same for a caller from outside the pool, to whom it takes 10–20 µs.
const PER_THREAD_OUTSIDE: usize = 1 << 21;

/// With so few rows in `A`, the columns of a transposed `B` are not brought together either.
const DOTS: usize = 4;

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
    run(a, b.into(), c, false, None);
}

/// `C += A·B` with `A` `[M, K]`, `B` `[K, N]`, `C` `[M, N]`.
///
/// # Panics
/// If the sizes do not fit together.
#[track_caller]
pub fn add_product<'a, R: Real>(a: Mat<'_, R>, b: impl Into<Right<'a, R>>, c: MatMut<'_, R>) {
    run(a, b.into(), c, true, None);
}

/// `C = A·B`; if `alone`, on this thread, the others being busy.
#[track_caller]
pub(super) fn product_in<R: Real>(a: Mat<'_, R>, b: Right<'_, R>, c: MatMut<'_, R>, alone: bool) {
    run(a, b, c, false, alone.then_some(1));
}

/// `C += A·B`; if `alone`, on this thread, the others being busy.
#[track_caller]
pub(super) fn add_product_in<R: Real>(a: Mat<'_, R>, b: Right<'_, R>, c: MatMut<'_, R>, alone: bool) {
    run(a, b, c, true, alone.then_some(1));
}

#[track_caller]
fn run<R: Real>(a: Mat<'_, R>, b: Right<'_, R>, mut c: MatMut<'_, R>, add: bool, pieces: Option<usize>) {
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
    let pieces = pieces.unwrap_or_else(|| threads(m * k * n));
    match b {
        Right::Packed(b) => share(a, &b.panels(), c, add, pieces),
        Right::Plain(b) if b.transposed && !a.transposed && m <= DOTS => R::vectorise(Dots { a, b, c, add }),
        Right::Plain(b) if Panels::in_place_pays(b, m) => share(a, &Panels::in_place(b), c, add, pieces),
        Right::Plain(b) => copying(a, b, &mut c, add, pieces),
    }
}

/// How many threads are to share so many multiplications.
pub(super) fn threads(multiplications: usize) -> usize {
    if multiplications < 2 * PER_THREAD {
        return 1;
    }
    let inside = rayon::current_thread_index().is_some();
    let enough = multiplications / if inside { PER_THREAD } else { PER_THREAD_OUTSIDE };
    if enough <= 1 { 1 } else { enough.min(rayon::current_num_threads()) }
}
