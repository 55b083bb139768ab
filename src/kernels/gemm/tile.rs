//! The innermost loop: a tile of `C` that stays in registers while `k` runs.
//!
//! ```text
//!              b[k][0..3 vectors]        AVX-512, f32: 24 sums of 16 numbers in 24 of the 32 registers,
//!   a[0][k] ─→ acc[0][0..3]              3 for a row of B, 1 for an element of A. Per k, 11 loads feed 24
//!   …                                    multiply–adds. A core does two of either per cycle: so the
//!   a[7][k] ─→ acc[7][0..3]              multiply–adds take the time, as they should.
//! ```

use prefetch_index::prefetch_index;

use crate::real::Real;
use crate::simd::Vector;

/// Vectors in a row of a tile.
pub const TILE_VECTORS: usize = 3;

/// Rows of the tallest tile, so that its sums, a row of `B` and an element of `A` fit the registers.
pub const fn tile_rows(registers: usize) -> usize {
    if registers >= 32 { 8 } else { 4 }
}

/// Rows of `B` by which prefetching is ahead. 64 rows of 192 bytes take a tile 64·12 cycles, some 200 ns:
/// longer than main memory needs to answer.
const AHEAD: usize = 64;

/// Some rows of `A`, as the tile reads them: one element of each row for every `k`.
pub trait Element<R> {
    /// `a[r][k]`
    fn at(&self, r: usize, k: usize) -> R;
}

/// Rows of a row-major matrix.
pub struct Rows<'a, R, const MR: usize>(pub [&'a [R]; MR]);

impl<R: Real, const MR: usize> Element<R> for Rows<'_, R, MR> {
    #[inline(always)]
    fn at(&self, r: usize, k: usize) -> R {
        self.0[r][k]
    }
}

/// Rows of a transposed matrix: element beside element, one `k` `stride` behind the other.
pub struct Columns<'a, R, const MR: usize> {
    /// From the first element of the rows on.
    pub data: &'a [R],
    /// From one `k` to the next.
    pub stride: usize,
}

impl<R: Real, const MR: usize> Element<R> for Columns<'_, R, MR> {
    #[inline(always)]
    fn at(&self, r: usize, k: usize) -> R {
        self.data[k * self.stride..].first_chunk::<MR>().expect("a column of the tile")[r]
    }
}

/// `Σₖ a[r][k]·b[k][·]` for `k < depth`, added to `acc` one by one. The rows of `b` lie `stride` apart.
///
/// By value, and with plain indices into arrays of fixed size: so the sums stay in registers.
#[allow(clippy::needless_range_loop)]
#[inline(always)]
pub fn add_products<R: Real, V: Vector<R>, const MR: usize, const NV: usize>(
    v: V,
    a: &impl Element<R>,
    depth: usize,
    (b, stride, fetch): (&[R], usize, bool),
    mut acc: [[V::Lanes; NV]; MR],
) -> [[V::Lanes; NV]; MR] {
    for (k, b) in (0..depth).zip(b.chunks(stride)) {
        if fetch {
            for j in 0..NV {
                prefetch_index(b, AHEAD * stride + j * V::LANES);
            }
        }
        let row: [V::Lanes; NV] = *V::split(b).0.first_chunk().expect("a row of the panel");
        for r in 0..MR {
            let a = v.splat(a.at(r, k));
            for j in 0..NV {
                acc[r][j] = v.mul_add(a, row[j], acc[r][j]);
            }
        }
    }
    acc
}

/// The tile of `c` that begins it, `cols` columns wide: the last of its vectors may be a part of one.
#[allow(clippy::needless_range_loop)]
#[inline(always)]
pub fn load<R: Real, V: Vector<R>, const MR: usize, const NV: usize>(
    v: V,
    c: &[R],
    stride: usize,
    cols: usize,
) -> [[V::Lanes; NV]; MR] {
    let mut acc = [[v.splat(R::ZERO); NV]; MR];
    if cols == NV * V::LANES {
        for r in 0..MR {
            acc[r] = *V::split(&c[r * stride..][..NV * V::LANES]).0.first_chunk().expect("a row of the tile");
        }
        return acc;
    }
    for r in 0..MR {
        let (vectors, rest) = V::split(&c[r * stride..][..cols]);
        acc[r][..NV - 1].copy_from_slice(vectors);
        acc[r][NV - 1] = v.load_first(rest);
    }
    acc
}

/// The other way.
#[allow(clippy::needless_range_loop)]
#[inline(always)]
pub fn store<R: Real, V: Vector<R>, const MR: usize, const NV: usize>(
    v: V,
    c: &mut [R],
    stride: usize,
    cols: usize,
    acc: &[[V::Lanes; NV]; MR],
) {
    if cols == NV * V::LANES {
        for r in 0..MR {
            let row = V::split_mut(&mut c[r * stride..][..NV * V::LANES]).0;
            *row.first_chunk_mut().expect("a row of the tile") = acc[r];
        }
        return;
    }
    for r in 0..MR {
        let (vectors, rest) = V::split_mut(&mut c[r * stride..][..cols]);
        vectors.copy_from_slice(&acc[r][..NV - 1]);
        v.store_first(rest, acc[r][NV - 1]);
    }
}
