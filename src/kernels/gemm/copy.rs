//! Copying a matrix, plain or transposed, as strips of columns.

use crate::kernels::Mat;
use crate::real::Real;
use crate::simd::{Kernel, Vector};

/// `from` as panels of `width` columns one behind the other. Where the last has more columns than are left, they keep what they held: a tile multiplies
/// them, but does not store the result.
pub struct Copy<'a, R> {
    pub from: Mat<'a, R>,
    pub to: &'a mut [R],
    pub width: usize,
}

impl<R: Real> Kernel<R> for Copy<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<R>>(self, _: V) {
        let Self { from, to, width } = self;
        if from.transposed {
            for (p, panel) in to.chunks_exact_mut(from.rows * width).enumerate() {
                let cols = width.min(from.cols - p * width);
                transpose(
                    &from.data[p * width * from.stride..],
                    from.stride,
                    [cols, from.rows],
                    panel,
                    width,
                );
            }
        } else if width == 3 * V::LANES {
            rows::<R, V, 3>(from, to, width);
        } else if width == 2 * V::LANES {
            rows::<R, V, 2>(from, to, width);
        } else {
            rows::<R, V, 0>(from, to, width);
        }
    }
}

/// Row after row, as memory likes to be read. `NV` is the number of vectors in `width`, or 0.
#[inline(always)]
fn rows<R: Real, V: Vector<R>, const NV: usize>(from: Mat<'_, R>, to: &mut [R], width: usize) {
    for (k, row) in from.data.chunks(from.stride).take(from.rows).enumerate() {
        let mut at = k * width;
        for part in row[..from.cols].chunks(width) {
            let to = &mut to[at..][..part.len()];
            if NV > 0 && part.len() == NV * V::LANES {
                let vectors: &[V::Lanes; NV] = V::split(part).0.first_chunk().expect("a whole row");
                *V::split_mut(to).0.first_chunk_mut().expect("a whole row") = *vectors;
            } else {
                to.copy_from_slice(part);
            }
            at += from.rows * width;
        }
    }
}

/// Columns that are turned around together, in an array of fixed size: so LLVM makes shuffles of whole vectors of it.
const COLS: usize = 32;

/// `to[j][i] = from[i][j]` for a `[rows, cols]` matrix.
///
/// Up to eight rows together: their addresses may be a power of two apart, and so all in one set of the L1 cache, which has eight places or twelve.
#[inline(always)]
fn transpose<R: Real>(from: &[R], stride: usize, [rows, cols]: [usize; 2], to: &mut [R], width: usize) {
    let mut i = 0;
    while i < rows {
        let (from, to) = (&from[i * stride..], &mut to[i..]);
        i += match rows - i {
            8.. if size_of::<R>() <= 4 => transpose_rows::<R, 8>(from, stride, cols, to, width),
            4.. if size_of::<R>() <= 8 => transpose_rows::<R, 4>(from, stride, cols, to, width),
            _ => transpose_rows::<R, 1>(from, stride, cols, to, width),
        };
    }
}

/// The same of `N` rows. Returns how many.
#[allow(clippy::needless_range_loop)]
#[inline(always)]
fn transpose_rows<R: Real, const N: usize>(
    from: &[R],
    stride: usize,
    cols: usize,
    to: &mut [R],
    width: usize,
) -> usize {
    let mut rows: [&[R]; N] = [&[]; N];
    for r in 0..N {
        rows[r] = &from[r * stride..][..cols];
    }
    let whole = if N > 1 { cols / COLS * COLS } else { 0 };
    for first in (0..whole).step_by(COLS) {
        let nothing = [R::ZERO; COLS];
        let mut part = [&nothing; N];
        for r in 0..N {
            part[r] = rows[r][first..].first_chunk().expect("so many columns");
        }
        let mut turned = [[R::ZERO; N]; COLS];
        for j in 0..COLS {
            for r in 0..N {
                turned[j][r] = part[r][j];
            }
        }
        for j in 0..COLS {
            *to[(first + j) * width..].first_chunk_mut().expect("a part of a row") = turned[j];
        }
    }
    for j in whole..cols {
        for r in 0..N {
            to[j * width + r] = rows[r][j];
        }
    }
    N
}
