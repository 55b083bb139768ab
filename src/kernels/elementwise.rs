//! One pass over slices, one read and one write per element.
//!
//! The closures are compiled once per instruction set and the best one is chosen at run time
//! (`pulp` does the choosing), so a plain loop over `mul_add` becomes full-width SIMD.
//!
//! All slices of a call have the same length; a shorter one ends the loop.

use pulp::Arch;

use crate::real::Real;

/// `y[i] = f(x[i])`.
#[inline]
pub fn map<R: Real>(x: &[R], y: &mut [R], f: impl Fn(R) -> R) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (y, &x) in y.iter_mut().zip(x) {
                *y = f(x);
            }
        },
    );
}

/// `y[i] = f(a[i], b[i])`.
#[inline]
pub fn zip<R: Real>(a: &[R], b: &[R], y: &mut [R], f: impl Fn(R, R) -> R) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
                *y = f(a, b);
            }
        },
    );
}

/// `y[i] += f(a[i])`.
#[inline]
pub fn add_map<R: Real>(a: &[R], y: &mut [R], f: impl Fn(R) -> R) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (y, &a) in y.iter_mut().zip(a) {
                *y += f(a);
            }
        },
    );
}

/// `y[i] += f(a[i], b[i])`.
#[inline]
pub fn add_zip<R: Real>(a: &[R], b: &[R], y: &mut [R], f: impl Fn(R, R) -> R) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
                *y += f(a, b);
            }
        },
    );
}

/// `y[i] += f(a[i], b[i], c[i])`.
#[inline]
pub fn add_zip3<R: Real>(a: &[R], b: &[R], c: &[R], y: &mut [R], f: impl Fn(R, R, R) -> R) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (((y, &a), &b), &c) in y.iter_mut().zip(a).zip(b).zip(c) {
                *y += f(a, b, c);
            }
        },
    );
}
