//! A few rows times a transposed matrix: every element of `C` is the product of two rows in memory, so
//! nothing is gained by copying.

use crate::kernels::{Mat, MatMut};
use crate::real::Real;
use crate::simd::{Kernel, Vector};

/// `C = A·B` or `C += A·B` for a row-major `A` and a transposed `B`.
///
/// The terms of a sum are dealt out to as many partial sums as a vector has lanes; the partial sums are
/// added pairwise, then the terms that are left over. So a `C` of −0 may become +0, unlike in the other paths.
pub struct Dots<'a, R> {
    /// `[M, K]`, row-major.
    pub a: Mat<'a, R>,
    /// `[K, N]`, transposed.
    pub b: Mat<'a, R>,
    /// `[M, N]`
    pub c: MatMut<'a, R>,
    /// Whether to add to what `c` holds.
    pub add: bool,
}

/// Rows of the transposed `B` at a time: so many sums that do not wait for one another.
const AT_ONCE: usize = 8;

impl<R: Real> Kernel<R> for Dots<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<R>>(mut self, v: V) {
        let Self { a, b, add, .. } = self;
        for (i, c) in self.c.each_row().enumerate() {
            let a = &a.data[i * a.stride..][..a.cols];
            for (j, c) in c.chunks_mut(AT_ONCE).enumerate() {
                // Where there are fewer left, the last is repeated.
                let row = |r: usize| &b.data[(j * AT_ONCE + r.min(c.len() - 1)) * b.stride..][..a.len()];
                let sums = dots(v, a, std::array::from_fn(row));
                for (c, sum) in c.iter_mut().zip(sums) {
                    *c = if add { *c + sum } else { sum };
                }
            }
        }
    }
}

#[allow(clippy::needless_range_loop)]
#[inline(always)]
fn dots<R: Real, V: Vector<R>>(v: V, a: &[R], rows: [&[R]; AT_ONCE]) -> [R; AT_ONCE] {
    let (a, a_rest) = V::split(a);
    let vectors = rows.map(|row| &V::split(row).0[..a.len()]);
    let rests = rows.map(|row| &V::split(row).1[..a_rest.len()]);
    let mut acc = [v.splat(R::ZERO); AT_ONCE];
    for k in 0..a.len() {
        for r in 0..AT_ONCE {
            acc[r] = v.mul_add(a[k], vectors[r][k], acc[r]);
        }
    }
    let mut sums = [R::ZERO; AT_ONCE];
    for r in 0..AT_ONCE {
        sums[r] = a_rest.iter().zip(rests[r]).fold(v.sum(acc[r]), |sum, (&a, &b)| sum + a * b);
    }
    sums
}
