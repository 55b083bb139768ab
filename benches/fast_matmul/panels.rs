//! Step 4: `B` copied into panels, so that a tile runs down memory without gaps.

use aligned_vec::{AVec, ConstAlign};
use tapeloop::Real;
use tapeloop::simd::{Kernel, Vector};

use crate::tile::{tile, tile_cols, tile_rows};

/// Numbers that begin on a cache line.
pub type Lines = AVec<f32, ConstAlign<64>>;

/// Step 4. `C += A·B` with `B` as panels; `copy` is where they go. The copying is part of the step.
pub fn panels(a: &[f32], b: &[f32], c: &mut [f32], size: [usize; 3], copy: &mut Lines) {
    f32::vectorise(Panels { a, b, c, size, copy });
}

struct Panels<'a> {
    a: &'a [f32],
    b: &'a [f32],
    c: &'a mut [f32],
    size: [usize; 3],
    copy: &'a mut Lines,
}

impl Kernel<f32> for Panels<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<f32>>(self, v: V) {
        let Self { a, b, c, size: [m, depth, n], copy } = self;
        let width = tile_cols::<V>();
        let panels = pack(b, [depth, n], width, copy);
        for (j, panel) in (0..n).step_by(width).zip(panels.chunks(depth * width)) {
            for i in (0..m).step_by(tile_rows::<V>()) {
                let size = [tile_rows::<V>().min(m - i), depth, width.min(n - j)];
                tile(v, (&a[i * depth..], depth), (panel, width), (&mut c[i * n + j..], n), size);
            }
        }
    }
}

/// Strips of `width` columns of `b`, one behind the other; the last is filled up with 0.
#[inline(always)]
pub fn pack<'l>(b: &[f32], [depth, n]: [usize; 2], width: usize, copy: &'l mut Lines) -> &'l [f32] {
    copy.resize(depth * n.next_multiple_of(width), 0.0);
    for (j, panel) in (0..n).step_by(width).zip(copy.chunks_mut(depth * width)) {
        let cols = width.min(n - j);
        for (to, row) in panel.chunks_mut(width).zip(b.chunks(n)) {
            to[..cols].copy_from_slice(&row[j..][..cols]);
        }
    }
    copy
}
