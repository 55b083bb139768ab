//! The innermost loop: a tile of `C` that stays in registers while `k` runs.
//!
//! ```text
//!              b[k][0..3 vectors]        AVX-512, f32: 24 sums of 16 numbers in 24 of the 32 registers,
//!   a[0][k] ─→ sums[0][0..3]             3 for a row of B, 1 for an element of A. Per k, 11 loads feed 24
//!   …                                    multiply–adds. A core does two of either per cycle: so the
//!   a[7][k] ─→ sums[7][0..3]             multiply–adds take the time, as they should.
//! ```

use std::ops::Range;

use prefetch_index::prefetch_index;

use crate::kernels::Mat;
use crate::real::Real;
use crate::simd::{Kernel, Vector};

use super::element::{Columns, Element, Rows};
use super::sums::{load, store};

/// Vectors in a row of a tile.
pub const TILE_VECTORS: usize = 3;

/// Rows of the tallest tile, so that its sums, a row of `B` and an element of `A` fit the registers.
pub const fn tile_rows(registers: usize) -> usize {
    if registers >= 32 { 8 } else { 4 }
}

/// Rows of `B` by which prefetching is ahead. 64 rows of 192 bytes take a tile 64·12 cycles, some 200 ns:
/// longer than main memory needs to answer.
const AHEAD: usize = 64;

/// Tiles of one size, one below or beside the other: `C (+)= A·B` for each.
pub struct Tiles<'a, 'c, R> {
    /// `[M, K]`: the rows of the first tile and those below.
    pub a: Mat<'a, R>,
    /// `[K, N]`: the columns of the first tile and those beside it.
    pub b: &'a [R],
    /// From one row of `b` to the next.
    pub b_stride: usize,
    /// Whether `b` comes from far away.
    pub fetch_b: bool,
    /// `[M, N]`
    pub c: &'c mut [R],
    pub c_stride: usize,
    /// Whether `c` does.
    pub fetch_c: bool,
    /// How many columns `c` has from the first tile on. The last tile may be wider.
    pub cols: usize,
    /// How many tiles.
    pub count: usize,
    /// Where the next tile is.
    pub step: Step,
    /// Whether the sums start from what `c` holds, or from 0.
    pub add: bool,
}

/// From one tile to the next, in numbers.
#[derive(Clone, Copy)]
pub enum Step {
    /// Below, so with other rows of `A`. Behind the last one, `right` columns to the right.
    Down { a: usize, c: usize, right: usize },
    /// Beside it, so with other columns of `B`.
    Right { b: usize, c: usize },
}

/// The code of [`Tiles`] of `MR` rows of `NV` vectors: a function of its own, with registers of its own.
pub struct TilesOfSize<'t, 'a, 'c, R, const MR: usize, const NV: usize>(pub &'t mut Tiles<'a, 'c, R>);

impl<R: Real, const MR: usize, const NV: usize> Kernel<R> for TilesOfSize<'_, '_, '_, R, MR, NV> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<R>>(self, v: V) {
        for tile in 0..self.0.count {
            if self.0.a.transposed {
                self.0.tile::<V, Columns<'_, R, MR>, MR, NV>(v, tile);
            } else {
                self.0.tile::<V, Rows<'_, R, MR>, MR, NV>(v, tile);
            }
        }
    }
}

impl<'a, R: Real> Tiles<'a, '_, R> {
    /// One of them. The sums stay in registers: they are a local array of fixed size, with plain indices.
    #[inline(always)]
    fn tile<V: Vector<R>, A: Element<'a, R>, const MR: usize, const NV: usize>(&mut self, v: V, tile: usize) {
        // A panel is fetched by the first tile that reads it.
        let (a_step, b_step, c_step, cols, fetch) = match self.step {
            Step::Down { a, c, .. } => (a, 0, c, self.cols, self.fetch_b && tile == 0),
            Step::Right { b, c } => (0, b, c, self.cols - tile * c, self.fetch_b),
        };
        let mut sums = [[v.splat(R::ZERO); NV]; MR];
        if self.add {
            sums = load(v, &self.c[tile * c_step..], self.c_stride, cols);
        }
        let depth = self.a.cols;
        let a = A::new(&self.a.data[tile * a_step..], self.a.stride, depth);
        let b = &self.b[tile * b_step..];
        // C is fetched two tiles ahead.
        let next = tile + 2;
        match self.step {
            // The sums are long. One row at a time: all at once would hold up the rows of B. Behind the last tile come those of the next panel.
            Step::Down { c, right, .. } if self.fetch_c => {
                let start = next % self.count * c + next / self.count * right;
                for r in 0..MR {
                    self.fetch_row::<V, NV>(start, r);
                    sums = self.steps(v, &a, b, r * depth / MR..(r + 1) * depth / MR, fetch, sums);
                }
            }
            _ => {
                if self.fetch_c {
                    (0..MR).for_each(|r| self.fetch_row::<V, NV>(next * c_step, r));
                }
                sums = self.steps(v, &a, b, 0..depth, fetch, sums);
            }
        }
        store(v, &mut self.c[tile * c_step..], self.c_stride, cols, &sums);
    }

    /// Sends for row `r` of the tile of `C` that begins at `start`. (`NV` is known to the compiler. With a loop over any number of cache lines, as the recurrent kernels have it,
    /// products with sums of ten or twenty terms took 10 to 18 % longer.)
    #[inline(always)]
    fn fetch_row<V: Vector<R>, const NV: usize>(&self, start: usize, r: usize) {
        for j in 0..NV {
            prefetch_index(&*self.c, start + r * self.c_stride + j * V::LANES);
        }
    }

    /// `sums += A·B`, of the terms `ks`.
    #[allow(clippy::needless_range_loop)]
    #[inline(always)]
    fn steps<V: Vector<R>, A: Element<'a, R>, const MR: usize, const NV: usize>(
        &self,
        v: V,
        a: &A,
        b: &[R],
        ks: Range<usize>,
        fetch: bool,
        mut sums: [[V::Lanes; NV]; MR],
    ) -> [[V::Lanes; NV]; MR] {
        for k in ks {
            let b = &b[k * self.b_stride..];
            if fetch {
                for j in 0..NV {
                    prefetch_index(b, AHEAD * self.b_stride + j * V::LANES);
                }
            }
            let row: [V::Lanes; NV] = *V::split(b).0.first_chunk().expect("a row of the panel");
            for r in 0..MR {
                let a = v.splat(a.at(r, k));
                for j in 0..NV {
                    sums[r][j] = v.mul_add(a, row[j], sums[r][j]);
                }
            }
        }
        sums
    }
}
