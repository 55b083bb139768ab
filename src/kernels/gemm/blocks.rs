//! The loops around the tiles: what is read from which cache, and which thread does what.

use rayon::prelude::*;

use crate::kernels::{Mat, MatMut};
use crate::real::Real;
use crate::simd::{Kernel, Vector};

use super::outer::outer;
use super::pack::{Copy, with_scratch};
use super::panels::{Panels, line, panel_cols};
use super::tiles::{Plan, tiles};

/// Bytes that count as near: half of an L2 cache of 1 MiB. The other half is for what comes and goes.
const NEAR: usize = 1 << 19;

/// Bytes that an L1 cache surely has. What is larger comes from further away, and is sent for early.
const L1: usize = 1 << 15;

/// Rows of `B` in a block. A panel of 256 rows takes 48 KiB, an L1 cache; and of the 256·12 cycles of a
/// tile, loading and storing its part of `C` takes some 50.
const KC: usize = 256;

/// Rows of `A` in a block: 256·KC numbers are 256 KiB, and stay in the L2 cache while the panels of `B`
/// pass by.
const MC: usize = 256;

/// Where a sum has no more terms than this, `C` is what takes the time: it is read along its rows.
const SHALLOW: usize = 128;

/// So few rows of `A` stay in the L1 cache whatever `K` is, and `B` passes by once: it is not cut.
const FEW_ROWS: usize = 16;

/// `0..n` in as few pieces of at most `most` as possible, as equal as possible: `(start, length)`.
pub fn even(n: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    let pieces = if n <= most { 1 } else { n.div_ceil(most) };
    (0..pieces).map(move |i| {
        let cut = |i| {
            if i == pieces {
                n
            } else if i == 0 {
                0
            } else {
                i * n / pieces
            }
        };
        (cut(i), cut(i + 1) - cut(i))
    })
}

/// `C (+)= A·B`, with `pieces` threads or fewer. Each computes some rows of `C`, or, if there is but one
/// row, some panels of it: no element of `C` depends on how it is shared out.
pub fn share<R: Real>(a: Mat<'_, R>, b: Panels<'_, R>, c: MatMut<'_, R>, add: bool, pieces: usize) {
    let MatMut { data, rows: m, cols: n, stride } = c;
    if pieces <= 1 {
        R::vectorise(Blocks { a, b, c: MatMut { data, rows: m, cols: n, stride }, add });
    } else if m == 1 {
        let width = n.div_ceil(pieces).next_multiple_of(panel_cols::<R>());
        data[..n].par_chunks_mut(width).enumerate().for_each(|(i, data)| {
            let cols = data.len();
            let b = b.columns(i * width..i * width + cols);
            R::vectorise(Blocks { a, b, c: MatMut { data, rows: 1, cols, stride: cols }, add });
        });
    } else {
        let height = m.div_ceil(pieces);
        data.par_chunks_mut(height * stride).take(m.div_ceil(height)).enumerate().for_each(|(i, data)| {
            let rows = height.min(m - i * height);
            let a = a.block(i * height, 0, rows, a.cols);
            R::vectorise(Blocks { a, b, c: MatMut { data, rows, cols: n, stride }, add });
        });
    }
}

/// A product on one thread: blocks of `C` that stay in the L2 cache while `k` runs.
struct Blocks<'a, R> {
    a: Mat<'a, R>,
    b: Panels<'a, R>,
    c: MatMut<'a, R>,
    add: bool,
}

impl<R: Real> Kernel<R> for Blocks<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<R>>(self, v: V) {
        let Self { a, b, mut c, add } = self;
        if a.cols == 1 {
            return outer(v, a, b.only_row(), &mut c, add);
        }
        let far = |numbers: usize| numbers * size_of::<R>() > L1;
        let plan = Plan {
            add,
            along_rows: a.cols <= SHALLOW,
            fetch_b: far(a.cols * c.cols),
            fetch_c: far(c.rows * c.cols),
        };
        let kc = if c.rows <= FEW_ROWS { a.cols } else { KC };
        for (j, cols) in panels_near::<R>(kc.min(a.cols), c.cols) {
            let b = b.columns(j..j + cols);
            for (i, rows) in even(c.rows, MC) {
                for (k, depth) in even(a.cols, kc) {
                    let (a, b) = (a.block(i, k, rows, depth), b.skip_rows(k));
                    let c = (&mut c.data[i * c.stride + j..], c.stride);
                    let plan = Plan { add: add || k > 0, ..plan };
                    if a.transposed && depth > SHALLOW {
                        // Its columns lie on as many pages as the block is deep.
                        with_scratch(|data| {
                            let width = rows.next_multiple_of(line::<R>());
                            let to = data.at_least(depth * width);
                            v.call(Copy { from: a.t(), to, width });
                            tiles(v, Mat { data: to, stride: width, ..a }, b, c, plan);
                        });
                    } else {
                        tiles(v, a, b, c, plan);
                    }
                }
            }
        }
    }
}

/// `0..n` in whole panels of `depth` rows that lie near together: `(start, length)`.
fn panels_near<R>(depth: usize, n: usize) -> impl Iterator<Item = (usize, usize)> {
    let near = NEAR / size_of::<R>();
    let width =
        if depth * n <= near { n } else { (near / depth / panel_cols::<R>()).max(1) * panel_cols::<R>() };
    (0..n).step_by(width).map(move |j| (j, width.min(n - j)))
}
