//! Tile after tile over a block of `C`.

use prefetch_index::prefetch_index;

use crate::kernels::Mat;
use crate::real::Real;
use crate::simd::{Kernel, Vector};

use super::panels::{Panel, Panels};
use super::tile::{Columns, Element, Rows, TILE_VECTORS, add_products, load, store, tile_rows};

/// How to go about a block.
#[derive(Clone, Copy)]
pub struct Plan {
    /// Whether the sums start from what `C` holds, or from 0.
    pub add: bool,
    /// Whether the next tile is the one to the right, or the one below.
    pub along_rows: bool,
    /// Whether `B` does not fit the L1 cache, and is sent for early.
    pub fetch_b: bool,
    /// Whether `C` does.
    pub fetch_c: bool,
}

/// `C = A·B` or `C += A·B`, in as few tiles as possible, of heights as equal as possible: first tiles of
/// `tall` rows, then of one row less. 10 rows are twice 5 rather than 8 and 2: small tiles are slow.
#[inline(always)]
pub fn tiles<R: Real, V: Vector<R>>(
    v: V,
    a: Mat<'_, R>,
    b: Panels<'_, R>,
    (c, stride): (&mut [R], usize),
    plan: Plan,
) {
    let tiles = a.rows.div_ceil(tile_rows(V::REGISTERS));
    let tall = a.rows.div_ceil(tiles);
    let of_tall = (a.rows - tiles * (tall - 1)) * tall;
    for (i, rows, height) in [(0, of_tall, tall), (of_tall, a.rows - of_tall, tall - 1)] {
        if rows == 0 {
            continue;
        }
        let a = a.block(i, 0, rows, a.cols);
        let c = &mut c[i * stride..];
        match height {
            1 => v.call(Tiles::<R, 1> { a, b, c, stride, plan }),
            2 => v.call(Tiles::<R, 2> { a, b, c, stride, plan }),
            3 => v.call(Tiles::<R, 3> { a, b, c, stride, plan }),
            4 => v.call(Tiles::<R, 4> { a, b, c, stride, plan }),
            5 => v.call(Tiles::<R, 5> { a, b, c, stride, plan }),
            6 => v.call(Tiles::<R, 6> { a, b, c, stride, plan }),
            7 => v.call(Tiles::<R, 7> { a, b, c, stride, plan }),
            _ => v.call(Tiles::<R, 8> { a, b, c, stride, plan }),
        }
    }
}

/// Tiles of `MR` rows: a function of its own for every height, with registers of its own.
struct Tiles<'a, 'c, R, const MR: usize> {
    /// `[M, K]`, `M` a multiple of `MR`.
    a: Mat<'a, R>,
    /// `[K, N]`
    b: Panels<'a, R>,
    /// `[M, N]`, rows `stride` apart.
    c: &'c mut [R],
    stride: usize,
    plan: Plan,
}

impl<R: Real, const MR: usize> Kernel<R> for Tiles<'_, '_, R, MR> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<R>>(mut self, v: V) {
        let (down, right) = (self.a.rows / MR, self.b.count());
        let (outer, inner) = if self.plan.along_rows { (down, right) } else { (right, down) };
        for outer in 0..outer {
            for inner in 0..inner {
                let (i, p) = if self.plan.along_rows { (outer, inner) } else { (inner, outer) };
                let panel = self.b.panel(p);
                // One tile, or several if vectors are shorter than cache lines.
                for j in (0..panel.cols).step_by(TILE_VECTORS * V::LANES) {
                    let cols = (panel.cols - j).min(TILE_VECTORS * V::LANES);
                    match cols.div_ceil(V::LANES) {
                        1 => self.tile::<V, 1>(v, i * MR, panel, j, cols),
                        2 => self.tile::<V, 2>(v, i * MR, panel, j, cols),
                        _ => self.tile::<V, 3>(v, i * MR, panel, j, cols),
                    }
                }
            }
        }
    }
}

impl<R: Real, const MR: usize> Tiles<'_, '_, R, MR> {
    /// The tile in the rows from `i` and in `cols` columns of the panel from `j` on.
    #[inline(always)]
    fn tile<V: Vector<R>, const NV: usize>(
        &mut self,
        v: V,
        i: usize,
        panel: Panel<'_, R>,
        j: usize,
        cols: usize,
    ) {
        let Mat { data, cols: depth, stride, transposed, .. } = self.a;
        let b = (&panel.data[j..], panel.stride, self.plan.fetch_b);
        let c = &mut self.c[i * self.stride + panel.offset + j..];
        if self.plan.fetch_c {
            let next = if self.plan.along_rows { 2 * TILE_VECTORS * V::LANES } else { MR * self.stride };
            for r in 0..MR {
                for j in 0..NV {
                    prefetch_index(&*c, next + r * self.stride + j * V::LANES);
                }
            }
        }
        if transposed {
            finish::<R, V, MR, NV>(
                v,
                &Columns::<R, MR> { data: &data[i..], stride },
                depth,
                b,
                (c, self.stride, cols),
                self.plan.add,
            );
        } else {
            let rows: [&[R]; MR] = std::array::from_fn(|r| &data[(i + r) * stride..][..depth]);
            finish::<R, V, MR, NV>(v, &Rows(rows), depth, b, (c, self.stride, cols), self.plan.add);
        }
    }
}

#[inline(always)]
fn finish<R: Real, V: Vector<R>, const MR: usize, const NV: usize>(
    v: V,
    a: &impl Element<R>,
    depth: usize,
    b: (&[R], usize, bool),
    (c, stride, cols): (&mut [R], usize, usize),
    add: bool,
) {
    let zero = [[v.splat(R::ZERO); NV]; MR];
    let acc = if add { load(v, c, stride, cols) } else { zero };
    store(v, c, stride, cols, &add_products(v, a, depth, b, acc));
}
