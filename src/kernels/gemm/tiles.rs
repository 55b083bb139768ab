//! Tile after tile over a block of `C`.

use crate::kernels::Mat;
use crate::kernels::lines::line;
use crate::real::Real;
use crate::simd::Vector;

use super::panels::{Group, Part};
use super::tile::{Step, Tiles, TilesOfSize, tile_rows};

/// How to go about a block.
#[derive(Clone, Copy)]
pub struct Plan {
    /// Whether the sums start from what `C` holds, or from 0.
    pub add: bool,
    /// Whether the next tile is the one to the right, or the one below.
    pub along_rows: bool,
    /// Whether `B` comes from L3 or memory, and is sent for early.
    pub fetch_b: bool,
    /// Whether `C` does not fit the L1 cache, and is sent for early.
    pub fetch_c: bool,
}

/// `C = A·B` or `C += A·B`, in as few tiles as possible, of heights as equal as possible: first tiles of
/// `tall` rows, then of one row less. 10 rows are twice 5 rather than 8 and 2: small tiles are slow.
#[inline(always)]
pub fn tiles<R: Real, V: Vector<R>>(
    v: V,
    a: Mat<'_, R>,
    b: Part<'_, R>,
    (c, stride): (&mut [R], usize),
    plan: Plan,
) {
    let down = a.rows.div_ceil(tile_rows(V::REGISTERS));
    let tall = if down == 1 { a.rows } else { a.rows.div_ceil(down) };
    let of_tall = (a.rows - down * (tall - 1)) * tall;
    for short in [false, true] {
        let (i, rows) = if short { (of_tall, a.rows - of_tall) } else { (0, of_tall) };
        for narrow in [false, true] {
            let b = b.group(narrow);
            if rows > 0 && b.panels > 0 {
                let c = (&mut c[i * stride + b.offset..], stride);
                grid(v, a.block(i, 0, rows, a.cols), tall - usize::from(short), &b, c, plan);
            }
        }
    }
}

/// All tiles of one size. Where vectors are shorter than cache lines, `parts` tiles side by side make up a panel: first
/// the leftmost tile of every panel is done, then the next.
#[inline(always)]
fn grid<R: Real, V: Vector<R>>(
    v: V,
    a: Mat<'_, R>,
    height: usize,
    b: &Group<'_, R>,
    (c, stride): (&mut [R], usize),
    plan: Plan,
) {
    let width = b.lines * V::LANES;
    let parts = line::<R>() / V::LANES;
    let below = height * if a.transposed { 1 } else { a.stride };
    for part in 0..parts {
        let first = part * width;
        if first >= b.cols {
            break; // a single panel may be narrower than so many tiles
        }
        let (down, right) = (a.rows / height, (b.cols - first).div_ceil(parts * width));
        for outer in 0..if plan.along_rows { down } else { right } {
            let (i, p) = if plan.along_rows { (outer, 0) } else { (0, outer) };
            let column = first + p * parts * width;
            let mut tiles = Tiles {
                a: Mat { data: &a.data[i * below..], ..a },
                b: &b.data[first + p * b.apart..],
                b_stride: b.stride,
                fetch_b: plan.fetch_b && i == 0,
                c: &mut c[i * height * stride + column..],
                c_stride: stride,
                fetch_c: plan.fetch_c,
                cols: b.cols - column,
                count: if plan.along_rows { right } else { down },
                step: if plan.along_rows {
                    Step::Right { b: b.apart, c: parts * width }
                } else {
                    Step::Down { a: below, c: height * stride, right: parts * width }
                },
                add: plan.add,
            };
            sized(v, &mut tiles, height, b.lines);
        }
    }
}

/// Calls the code for tiles of so many rows and vectors. The compiler leaves out those that the registers do not hold.
#[inline(always)]
fn sized<R: Real, V: Vector<R>>(v: V, tiles: &mut Tiles<'_, '_, R>, rows: usize, vectors: usize) {
    macro_rules! sizes {
        ($($rows:literal)*) => {
            $(if const { $rows <= tile_rows(V::REGISTERS) } && rows == $rows {
                return match vectors {
                    1 => v.call(TilesOfSize::<R, $rows, 1>(tiles)),
                    2 => v.call(TilesOfSize::<R, $rows, 2>(tiles)),
                    _ => v.call(TilesOfSize::<R, $rows, 3>(tiles)),
                };
            })*
        };
    }
    sizes!(1 2 3 4 5 6 7 8);
    unreachable!("a tile of {rows} rows");
}
