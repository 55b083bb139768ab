//! Step 3: a tile of `C` stays in registers while `k` runs.

use tapeloop::Real;
use tapeloop::simd::{Kernel, Vector};

/// Vectors in a row of a tile.
const VECTORS: usize = 3;

/// Rows of a tile: 24 sums if there are 32 registers, else 12 of 16. At least 8 must be under way, two
/// units with four cycles each.
pub const fn tile_rows<V: Vector<f32>>() -> usize {
    if V::REGISTERS >= 32 { 8 } else { 4 }
}

/// Columns of a tile.
pub const fn tile_cols<V: Vector<f32>>() -> usize {
    VECTORS * V::LANES
}

/// Step 3. `C += A·B`, tile by tile.
pub fn tiles(a: &[f32], b: &[f32], c: &mut [f32], size: [usize; 3]) {
    f32::vectorise(Tiles { a, b, c, size });
}

struct Tiles<'a> {
    a: &'a [f32],
    b: &'a [f32],
    c: &'a mut [f32],
    size: [usize; 3],
}

impl Kernel<f32> for Tiles<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<f32>>(self, v: V) {
        let Self { a, b, c, size: [m, depth, n] } = self;
        for j in (0..n).step_by(tile_cols::<V>()) {
            for i in (0..m).step_by(tile_rows::<V>()) {
                let size = [tile_rows::<V>().min(m - i), depth, tile_cols::<V>().min(n - j)];
                tile(v, (&a[i * depth..], depth), (&b[j..], n), (&mut c[i * n + j..], n), size);
            }
        }
    }
}

/// Numbers, and how far apart the rows among them are.
pub type Rows<'a> = (&'a [f32], usize);

/// One tile of `C`, or what fits at the edges: `rows`×`depth` times `depth`×`cols`.
#[inline(always)]
pub fn tile<V: Vector<f32>>(
    v: V,
    a: Rows<'_>,
    b: Rows<'_>,
    (c, stride): (&mut [f32], usize),
    [rows, depth, cols]: [usize; 3],
) {
    let vectors = if rows == tile_rows::<V>() { cols / V::LANES } else { 0 };
    if V::REGISTERS >= 32 {
        whole_vectors::<V, 8>(v, a, b, (c, stride), depth, vectors);
    } else {
        whole_vectors::<V, 4>(v, a, b, (c, stride), depth, vectors);
    }
    // What is left, one vector at a time, the last one filled up. Slow: the crate's kernel has tiles of
    // every height instead.
    for i in 0..rows {
        for j in (vectors * V::LANES..cols).step_by(V::LANES) {
            let cols = V::LANES.min(cols - j);
            let c = &mut c[i * stride + j..][..cols];
            let mut sum = v.load_first(c);
            for k in 0..depth {
                let row = v.load_first(&b.0[k * b.1 + j..][..cols]);
                sum = v.mul_add(v.splat(a.0[i * a.1 + k]), row, sum);
            }
            v.store_first(c, sum);
        }
    }
}

/// The compiler needs to know the number of sums to keep them in registers: one function for each.
#[inline(always)]
fn whole_vectors<V: Vector<f32>, const MR: usize>(
    v: V,
    a: Rows<'_>,
    b: Rows<'_>,
    c: (&mut [f32], usize),
    depth: usize,
    vectors: usize,
) {
    match vectors {
        0 => {}
        1 => registers::<V, MR, 1>(v, a, b, c, depth),
        2 => registers::<V, MR, 2>(v, a, b, c, depth),
        _ => registers::<V, MR, 3>(v, a, b, c, depth),
    }
}

/// `MR` rows of `NV` whole vectors.
#[allow(clippy::needless_range_loop)]
#[inline(always)]
fn registers<V: Vector<f32>, const MR: usize, const NV: usize>(
    v: V,
    (a, a_stride): Rows<'_>,
    (b, b_stride): Rows<'_>,
    (c, c_stride): (&mut [f32], usize),
    depth: usize,
) {
    let a: [&[f32]; MR] = std::array::from_fn(|r| &a[r * a_stride..][..depth]);
    let mut sums = [[v.splat(0.0); NV]; MR];
    for r in 0..MR {
        sums[r].copy_from_slice(&V::split(&c[r * c_stride..]).0[..NV]);
    }
    for (k, b) in (0..depth).zip(b.chunks(b_stride)) {
        let row: [V::Lanes; NV] = *V::split(b).0.first_chunk().expect("NV whole vectors");
        for r in 0..MR {
            let a = v.splat(a[r][k]);
            for j in 0..NV {
                sums[r][j] = v.mul_add(a, row[j], sums[r][j]);
            }
        }
    }
    for r in 0..MR {
        V::split_mut(&mut c[r * c_stride..]).0[..NV].copy_from_slice(&sums[r]);
    }
}
