//! Matrix products: `C += A·B`, each of `A` and `B` plain or transposed.
//!
//! ```text
//! for each panel of NR columns of B, and KC of its rows    a panel lies in the cache; it is copied
//!   for each block of MR rows of A                          only where it is ragged or transposed
//!     acc = C's MR×NR tile                                  in registers
//!     for k in 0..KC                                        acc[i][j] += a[i][k]·b[k][j]
//!     C's tile = acc
//! ```
//!
//! Threads share out the rows of `C`. Every element of `C` is the sum over `k = 0, 1, 2, …` in that
//! order, starting from what `C` held: bitwise the same for any split of rows and any block size.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::Mat;
use crate::real::Real;
use crate::simd::dispatch;

/// Rows of a register tile.
const MR: usize = 4;
/// Rows of `B` copied at a time: 64 × 32 numbers of 4 bytes are 8 KiB, a quarter of an L1 cache.
const KC: usize = 64;
/// Fewer multiplications than this are done on the calling thread: handing work to another costs
/// 10–20 µs from outside the pool, in which one core does about a million.
const THREADING_THRESHOLD: usize = 1 << 21;

/// `C += A·B` with `A` `[M, K]`, `B` `[K, N]`, and `c` a row-major `[M, N]`.
///
/// # Panics
/// If the inner sizes differ or `c` is not `M·N` long.
pub fn gemm<R: Real>(a: Mat<'_, R>, b: Mat<'_, R>, c: &mut [R]) {
    let (m, k, n) = (a.rows, a.cols, b.cols);
    assert_eq!(k, b.rows, "inner sizes of a matrix product");
    assert_eq!(c.len(), m * n, "size of the result of a matrix product");
    if m == 0 || n == 0 || k == 0 {
        return;
    }
    if m * n * k < THREADING_THRESHOLD || m < 2 * MR {
        return rows(a, b, c);
    }
    let block = m.div_ceil(rayon::current_num_threads()).next_multiple_of(MR);
    c.par_chunks_mut(block * n)
        .enumerate()
        .for_each(|(i, c)| rows(a.row_block(i * block, c.len() / n), b, c));
}

/// The product on one thread, with the widest instructions that the machine has: a tile is two
/// 512-bit registers wide.
fn rows<R: Real>(a: Mat<'_, R>, b: Mat<'_, R>, c: &mut [R]) {
    if size_of::<R>() <= 4 {
        dispatch(Product::<'_, R, 32> { a, b, c });
    } else {
        dispatch(Product::<'_, R, 16> { a, b, c });
    }
}

struct Product<'a, R, const NR: usize> {
    a: Mat<'a, R>,
    b: Mat<'a, R>,
    c: &'a mut [R],
}

impl<R: Real, const NR: usize> WithSimd for Product<'_, R, NR> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        // Where the machine has no fused multiply–add, `mul_add` is a slow library call.
        if S::IS_SCALAR && cfg!(target_arch = "x86_64") {
            self.run(|a, b, c| a * b + c);
        } else {
            self.run(|a, b, c| a.mul_add(b, c));
        }
    }
}

impl<R: Real, const NR: usize> Product<'_, R, NR> {
    #[inline(always)]
    fn run(self, fma: impl Fn(R, R, R) -> R + Copy) {
        let Self { a, b, c } = self;
        let mut copy = [[R::ZERO; NR]; KC];
        for j in (0..b.cols).step_by(NR) {
            let width = NR.min(b.cols - j);
            for k in (0..b.rows).step_by(KC) {
                let depth = KC.min(b.rows - k);
                let in_place = !b.transposed && width == NR;
                if !in_place {
                    copy_panel(b, k, j, &mut copy[..depth], width);
                }
                for i in (0..a.rows).step_by(MR) {
                    let height = MR.min(a.rows - i);
                    let c = &mut c[i * b.cols + j..];
                    let acc: [[R; NR]; MR] = load(c, b.cols, height, width);
                    let acc = if in_place {
                        let rows = b.data[k * b.stride + j..].chunks(b.stride);
                        let panel = rows.map(|row| row.first_chunk::<NR>().expect("a full panel"));
                        tile(a, i, height, k, panel.take(depth), acc, fma)
                    } else {
                        tile(a, i, height, k, copy[..depth].iter(), acc, fma)
                    };
                    store(&acc, c, b.cols, height, width);
                }
            }
        }
    }
}

/// `acc + A[i.., k..]·panel`, row by row of the panel.
///
/// By value, and with plain indices into arrays of fixed size: so the compiler keeps the tile in
/// registers. Written with iterators it does not, and is ten times slower.
#[allow(clippy::needless_range_loop)]
#[inline(always)]
fn tile<'a, R: Real, const NR: usize>(
    a: Mat<'_, R>,
    i: usize,
    height: usize,
    k: usize,
    panel: impl Iterator<Item = &'a [R; NR]>,
    mut acc: [[R; NR]; MR],
    fma: impl Fn(R, R, R) -> R,
) -> [[R; NR]; MR] {
    // A block with fewer than MR rows repeats its last one; `store` leaves the surplus out.
    let row: [usize; MR] = std::array::from_fn(|r| i + r.min(height - 1));
    for (k, b) in (k..).zip(panel) {
        for r in 0..MR {
            let a = a.at(row[r], k);
            for j in 0..NR {
                acc[r][j] = fma(a, b[j], acc[r][j]);
            }
        }
    }
    acc
}

#[inline(always)]
fn load<R: Real, const NR: usize>(c: &[R], stride: usize, height: usize, width: usize) -> [[R; NR]; MR] {
    let mut acc = [[R::ZERO; NR]; MR];
    for (acc, c) in acc.iter_mut().zip(c.chunks(stride)).take(height) {
        acc[..width].copy_from_slice(&c[..width]);
    }
    acc
}

#[inline(always)]
fn store<R: Real, const NR: usize>(
    acc: &[[R; NR]; MR],
    c: &mut [R],
    stride: usize,
    height: usize,
    width: usize,
) {
    for (acc, c) in acc.iter().zip(c.chunks_mut(stride)).take(height) {
        c[..width].copy_from_slice(&acc[..width]);
    }
}

#[inline(always)]
fn copy_panel<R: Real, const NR: usize>(
    b: Mat<'_, R>,
    k: usize,
    j: usize,
    copy: &mut [[R; NR]],
    width: usize,
) {
    for (k, row) in (k..).zip(copy) {
        for (j, to) in (j..).zip(&mut row[..width]) {
            *to = b.at(k, j);
        }
    }
}
