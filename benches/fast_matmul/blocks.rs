//! Step 5: blocks, so that what is used again is still in a near cache.

use tapeloop::Real;
use tapeloop::simd::{Kernel, Vector};

use crate::panels::{Lines, pack};
use crate::tile::{tile, tile_cols, tile_rows};

/// Rows of a block of `B`, columns of one of `A`: between two blocks, every sum goes to memory and back.
const KC: usize = 512;
/// Rows of a block of `A`: 128·512 numbers are 256 KiB, a quarter of an L2 cache of 1 MiB.
const MC: usize = 128;
/// Columns of a block of `B`: four panels with AVX-512, 384 KiB. Whole panels for any vectors up to 16 long.
const NC: usize = 192;

/// Step 5. `C += A·B` by blocks, from panels.
pub fn blocks(a: &[f32], b: &[f32], c: &mut [f32], size: [usize; 3], copy: &mut Lines) {
    f32::vectorise(Blocks { a, b, c, size, copy });
}

struct Blocks<'a> {
    a: &'a [f32],
    b: &'a [f32],
    c: &'a mut [f32],
    size: [usize; 3],
    copy: &'a mut Lines,
}

impl Kernel<f32> for Blocks<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<f32>>(self, v: V) {
        let Self { a, b, c, size: [m, depth, n], copy } = self;
        let width = tile_cols::<V>();
        let panels = pack(b, [depth, n], width, copy);
        for j in (0..n).step_by(NC) {
            let cols = NC.min(n - j);
            for i in (0..m).step_by(MC) {
                // For one element of C, k runs from 0 to its end, in any number of pieces.
                for k in (0..depth).step_by(KC) {
                    let size = [MC.min(m - i), KC.min(depth - k), cols];
                    let panels = &panels[j * depth + k * width..];
                    let (a, c) = (&a[i * depth + k..], &mut c[i * n + j..]);
                    block(v, (a, depth), (panels, depth), (c, n), size);
                }
            }
        }
    }
}

/// The tiles of a block: each panel with all rows of `A`.
#[inline(always)]
fn block<V: Vector<f32>>(
    v: V,
    (a, a_stride): (&[f32], usize),
    (panels, height): (&[f32], usize),
    (c, c_stride): (&mut [f32], usize),
    [rows, depth, cols]: [usize; 3],
) {
    let width = tile_cols::<V>();
    for (j, panel) in (0..cols).step_by(width).zip(panels.chunks(height * width)) {
        for i in (0..rows).step_by(tile_rows::<V>()) {
            let size = [tile_rows::<V>().min(rows - i), depth, width.min(cols - j)];
            let (a, c) = (&a[i * a_stride..], &mut c[i * c_stride + j..]);
            tile(v, (a, a_stride), (panel, width), (c, c_stride), size);
        }
    }
}
