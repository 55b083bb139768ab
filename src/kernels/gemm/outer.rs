//! Sums of one term: `C = a·b` or `C += a·b` for a column `a` and a row `b`.

use crate::kernels::{Mat, MatMut};
use crate::real::Real;
use crate::simd::Vector;

/// Reading and writing `C` takes all the time: so along its rows, from one end to the other.
#[inline(always)]
pub fn outer<R: Real, V: Vector<R>>(v: V, a: Mat<'_, R>, b: &[R], c: &mut MatMut<'_, R>, add: bool) {
    let (b, b_rest) = V::split(b);
    for (i, row) in c.each_row().enumerate() {
        let a = v.splat(a.at(i, 0));
        let (row, rest) = V::split_mut(row);
        for (c, &b) in row.iter_mut().zip(b) {
            *c = v.mul_add(a, b, if add { *c } else { v.splat(R::ZERO) });
        }
        if !rest.is_empty() {
            let c = if add { v.load_first(rest) } else { v.splat(R::ZERO) };
            v.store_first(rest, v.mul_add(a, v.load_first(b_rest), c));
        }
    }
}
