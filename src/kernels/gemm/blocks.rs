//! The loops around the tiles: what is read from which cache, and which thread does what.

use rayon::prelude::*;

use crate::kernels::lines::line;
use crate::kernels::{Mat, MatMut};
use crate::real::Real;
use crate::simd::{Kernel, Vector};

use super::copy::Copy;
use super::outer::outer;
use super::pack::pack;
use super::panels::{IN_L2, Panels, Part};
use super::scratch::with_scratch;
use super::tile::tile_rows;
use super::tiles::{Plan, tiles};

/// Bytes of a block of `B`: of an L2 cache of 1 MiB, three eighths for it, a quarter for a block of `A`, and the rest
/// for what comes and goes. Four panels of `KC` rows.
const NEAR: usize = 3 << 17;

/// Bytes of a `B` that is read once, from one end to the other, from which on a core does not send for it early enough
/// by itself.
const FAR: usize = 1 << 23;

/// Bytes that an L1 cache surely has. A `C` that is larger is sent for early.
const L1: usize = 1 << 15;

/// Rows of `B` in a block. Of the 512·12 cycles of a tile, loading and storing its part of `C` takes some 50: fewer rows
/// would make that dearer. A panel of 512 rows is 96 KiB and comes from L2, 192 bytes in the 12 cycles of a `k`:
/// L2 gives three times that.
const KC: usize = 512;

/// Bytes of a block of `A`, which stays in the L2 cache while the panels of `B` pass by: 128 rows of `KC` numbers of `f32`.
const MC_BYTES: usize = 1 << 18;

/// Bytes of `B` that are copied at a time, if that is `SLAB` to `KC` rows: they should lie in the L3 cache, beside what passes by of `A` and `C`.
const COPIED: usize = 1 << 23;

/// Rows of `B` that are copied at a time at least, however long they are: `C` is visited once for each time.
const SLAB: usize = 16;

/// Where a sum has no more terms than this, `C` is what takes the time: it is read along its rows.
const SHALLOW: usize = 128;

/// With so few rows of `A` each panel of `B` is used by a tile or two, then never again: to cut `k` would only visit
/// `C` more often. (Where `B` is copied, it is cut all the same: then a copy stays in L2.)
const FEW_ROWS: usize = 16;

/// `0..n` in as few pieces of at most `most` as possible, as equal as possible: `(start, length)`. Without a division if
/// there is but one piece: a small product has no time for it.
pub fn even(n: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    let pieces = if n <= most { 1 } else { n.div_ceil(most) };
    let cut = move |i| if pieces == 1 { i * n } else { i * n / pieces };
    (0..pieces).map(move |i| (cut(i), cut(i + 1) - cut(i)))
}

/// `C (+)= A·B`, with `pieces` threads or fewer. Each computes some rows of `C`, or, if there is but one
/// row, some panels of it: no element of `C` depends on how it is shared out.
pub fn share<R: Real>(a: Mat<'_, R>, b: &Panels<'_, R>, c: MatMut<'_, R>, add: bool, pieces: usize) {
    let all = Part { all: b, first: 0, end: b.count(), row: 0 };
    if pieces <= 1 {
        R::vectorise(&mut Blocks { a, b: all, c, add });
        return;
    }
    let MatMut { data, rows: m, cols, stride } = c;
    if m == 1 {
        return by_columns(a, all, &mut data[..cols], add, pieces);
    }
    let height = m.div_ceil(pieces);
    data.par_chunks_mut(height * stride).take(m.div_ceil(height)).enumerate().for_each(|(i, data)| {
        let rows = height.min(m - i * height);
        let a = a.block(i * height, 0, rows, a.cols);
        R::vectorise(&mut Blocks { a, b: all, c: MatMut { data, rows, cols, stride }, add });
    });
}

/// One row of `C`: each thread some panels of `B`.
fn by_columns<R: Real>(a: Mat<'_, R>, b: Part<'_, R>, c: &mut [R], add: bool, pieces: usize) {
    let panels = b.end - b.first;
    if pieces <= 1 || panels <= 1 {
        let cols = c.len();
        return R::vectorise(&mut Blocks { a, b, c: MatMut { data: c, rows: 1, cols, stride: cols }, add });
    }
    let middle = b.first + (panels * (pieces / 2) / pieces).max(1);
    let (left, right) = (Part { end: middle, ..b }, Part { first: middle, ..b });
    let (c_left, c_right) = c.split_at_mut(left.cols());
    rayon::join(
        || by_columns(a, left, c_left, add, pieces / 2),
        || by_columns(a, right, c_right, add, pieces - pieces / 2),
    );
}

/// `C (+)= A·B`, with a copy of a part of `B` at a time: rows of all its columns, for all threads and all panels of a copied block of `A`; or, if there is but
/// one thread, `A` is plain and `B` large, a block, which stays in the L2 cache, where a copy of whole rows goes to L3 and comes back.
pub fn copying<R: Real>(a: Mat<'_, R>, b: Mat<'_, R>, c: &mut MatMut<'_, R>, add: bool, pieces: usize) {
    let numbers = |bytes| bytes / size_of::<R>();
    let by_blocks = pieces == 1 && !a.transposed && b.rows * b.cols > numbers(IN_L2);
    let rows = if by_blocks { KC } else { (numbers(COPIED) / b.cols).clamp(SLAB, KC) };
    with_scratch(|copy| {
        for (k, depth) in even(b.rows, rows) {
            let lines = b.cols.div_ceil(line::<R>());
            let most = if by_blocks { (numbers(NEAR) / depth / line::<R>()).max(1) } else { lines };
            for (first, lines) in even(lines, most) {
                let j = first * line::<R>();
                let cols = (lines * line::<R>()).min(b.cols - j);
                let panels = pack(b.block(k, j, depth, cols), copy, pieces);
                let c = MatMut { data: &mut c.data[j..], cols, ..*c };
                share(a.block(0, k, a.rows, depth), &panels, c, add || k > 0, pieces);
            }
        }
    });
}

/// A product on one thread: blocks of `C` that stay in the L2 cache while `k` runs.
struct Blocks<'a, R> {
    a: Mat<'a, R>,
    b: Part<'a, R>,
    c: MatMut<'a, R>,
    add: bool,
}

/// By reference. Moved, the struct would be copied by wide loads right after narrow stores wrote it, and such loads wait
/// until the stores have reached the cache.
impl<R: Real> Kernel<R> for &mut Blocks<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<R>>(self, v: V) {
        let Blocks { a, b, ref mut c, add } = *self;
        if a.cols == 1 {
            return outer(v, a, b.only_row(), c, add);
        }
        let bytes_of_b = a.cols * c.cols * size_of::<R>();
        let along_rows = a.cols <= SHALLOW;
        let (kc, far) = if c.rows <= FEW_ROWS { (a.cols, FAR) } else { (KC, NEAR) };
        let (fetch_b, fetch_c) = (bytes_of_b > far, c.rows * c.cols * size_of::<R>() > L1);
        let mc = (MC_BYTES / KC / size_of::<R>()).max(tile_rows(V::REGISTERS));
        let count = b.end - b.first;
        let bytes_of_block = a.cols.min(kc) * c.cols * size_of::<R>();
        // A copied block of A serves them all: to copy it again would cost more than panels from L3 do.
        let panels = if bytes_of_block <= NEAR || (a.transposed && !along_rows) {
            count
        } else {
            (count * NEAR / bytes_of_block).max(1)
        };
        let mut next = b.first;
        while next < b.end {
            let b = Part { first: next, end: b.end.min(next + panels), ..b };
            next = b.end;
            let j = b.start() - self.b.start();
            for (i, rows) in even(c.rows, mc) {
                for (k, depth) in even(a.cols, kc) {
                    let a = a.block(i, k, rows, depth);
                    let b = Part { row: k, ..b };
                    let c = (&mut c.data[i * c.stride + j..], c.stride);
                    let plan = Plan { add: add || k > 0, along_rows, fetch_b, fetch_c };
                    if a.transposed && depth > SHALLOW {
                        copied(v, a, b, c, plan);
                    } else {
                        tiles(v, a, b, c, plan);
                    }
                }
            }
        }
    }
}

/// A block of a transposed `A`, whose columns lie on as many pages as it is deep: its copy has no gaps.
#[inline(always)]
fn copied<R: Real, V: Vector<R>>(v: V, a: Mat<'_, R>, b: Part<'_, R>, c: (&mut [R], usize), plan: Plan) {
    with_scratch(|data| {
        let width = a.rows.next_multiple_of(line::<R>());
        let to = data.at_least(a.cols * width);
        v.call(Copy { from: a.t(), to, width });
        tiles(v, Mat { data: to, stride: width, ..a }, b, c, plan);
    });
}
