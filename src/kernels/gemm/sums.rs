//! The sums of a tile, from `C` and back to it.

use crate::real::Real;
use crate::simd::Vector;

/// Loads the tile in the top left corner of `c`, of which only the first `cols` columns exist.
#[allow(clippy::needless_range_loop)]
#[inline(always)]
pub fn load<R: Real, V: Vector<R>, const MR: usize, const NV: usize>(
    v: V,
    c: &[R],
    stride: usize,
    cols: usize,
) -> [[V::Lanes; NV]; MR] {
    let mut sums = [[v.splat(R::ZERO); NV]; MR];
    if cols >= NV * V::LANES {
        for r in 0..MR {
            sums[r] = *V::split(&c[r * stride..]).0.first_chunk().expect("a row of the tile");
        }
        return sums;
    }
    for r in 0..MR {
        for j in 0..NV {
            if j * V::LANES < cols {
                let end = cols.min((j + 1) * V::LANES);
                sums[r][j] = v.load_first(&c[r * stride..][j * V::LANES..end]);
            }
        }
    }
    sums
}

/// Stores it, likewise.
#[allow(clippy::needless_range_loop)]
#[inline(always)]
pub fn store<R: Real, V: Vector<R>, const MR: usize, const NV: usize>(
    v: V,
    c: &mut [R],
    stride: usize,
    cols: usize,
    sums: &[[V::Lanes; NV]; MR],
) {
    if cols >= NV * V::LANES {
        for r in 0..MR {
            *V::split_mut(&mut c[r * stride..]).0.first_chunk_mut().expect("a row of the tile") = sums[r];
        }
        return;
    }
    for r in 0..MR {
        for j in 0..NV {
            if j * V::LANES < cols {
                let end = cols.min((j + 1) * V::LANES);
                v.store_first(&mut c[r * stride..][j * V::LANES..end], sums[r][j]);
            }
        }
    }
}
