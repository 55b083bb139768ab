//! One pass over slices, one read and one write per element.
//!
//! The closures are compiled once per instruction set and the best one is chosen at run time
//! ([`simd::run`]), so a plain loop over `mul_add` becomes full-width SIMD.
//!
//! The loops own their slices and closures (`move`). Borrowed ones lie in memory, where for all the
//! compiler knows every store into `y` might change them: then it computes one element at a time, 20
//! times slower. Closures with constants should own them too: write `move |x| c * x`.
//!
//! The compiler inlines small closures and functions of [`Real`]; what is larger, such as a function that a closure
//! calls, needs `#[inline(always)]`. Otherwise it stays a function for any machine, whose every `mul_add` is a call
//! into a library: 40 times slower.
//!
//! All slices of a call have the same length; a shorter one ends the loop.

use crate::real::Real;
use crate::simd;

/// `y[i] = f(x[i])`.
#[inline]
pub fn map<R: Real>(x: &[R], y: &mut [R], f: impl Fn(R) -> R) {
    simd::run(
        #[inline(always)]
        move || {
            for (y, &x) in y.iter_mut().zip(x) {
                *y = f(x);
            }
        },
    );
}

/// `y[i] = f(a[i], b[i])`.
#[inline]
pub fn zip<R: Real>(a: &[R], b: &[R], y: &mut [R], f: impl Fn(R, R) -> R) {
    simd::run(
        #[inline(always)]
        move || {
            for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
                *y = f(a, b);
            }
        },
    );
}

/// `y[i] += f(a[i])`.
#[inline]
pub fn add_map<R: Real>(a: &[R], y: &mut [R], f: impl Fn(R) -> R) {
    simd::run(
        #[inline(always)]
        move || {
            for (y, &a) in y.iter_mut().zip(a) {
                *y += f(a);
            }
        },
    );
}

/// `y[i] += f(a[i], b[i])`.
#[inline]
pub fn add_zip<R: Real>(a: &[R], b: &[R], y: &mut [R], f: impl Fn(R, R) -> R) {
    simd::run(
        #[inline(always)]
        move || {
            for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
                *y += f(a, b);
            }
        },
    );
}

/// `y[i] += f(a[i], b[i], c[i])`.
#[inline]
pub fn add_zip3<R: Real>(a: &[R], b: &[R], c: &[R], y: &mut [R], f: impl Fn(R, R, R) -> R) {
    simd::run(
        #[inline(always)]
        move || {
            for (((y, &a), &b), &c) in y.iter_mut().zip(a).zip(b).zip(c) {
                *y += f(a, b, c);
            }
        },
    );
}

/// `y[i] = f(y[i])`.
#[inline]
pub fn update<R: Real>(y: &mut [R], f: impl Fn(R) -> R) {
    simd::run(
        #[inline(always)]
        move || {
            for y in y {
                *y = f(*y);
            }
        },
    );
}

/// In-place loops over several slices. The slices are parameters of a function of their own: so the
/// compiler knows that they don't overlap. To find out at run time it would take too many comparisons.
macro_rules! update {
    ($(#[$doc:meta])* $name:ident, $n:literal, $($y:ident)+) => {
        $(#[$doc])*
        ///
        /// # Panics
        /// If a `y` is shorter than `x`.
        #[inline]
        pub fn $name<R: Real>(x: &[R], y: [&mut [R]; $n], f: impl Fn(R, [R; $n]) -> [R; $n]) {
            #[inline(always)]
            fn all<R: Real>(x: &[R], $($y: &mut [R],)+ f: impl Fn(R, [R; $n]) -> [R; $n]) {
                $(let $y = &mut $y[..x.len()];)+
                for (i, &x) in x.iter().enumerate() {
                    [$($y[i]),+] = f(x, [$($y[i]),+]);
                }
            }
            let [$($y),+] = y;
            simd::run(
                #[inline(always)]
                move || all(x, $($y,)+ f),
            );
        }
    };
}

update! {
    /// `y₀[i] = f(x[i], y₀[i])`
    update1, 1, a
}
update! {
    /// `y₀[i], y₁[i] = f(x[i], [y₀[i], y₁[i]])`
    update2, 2, a b
}
update! {
    /// `y₀[i], y₁[i], y₂[i] = f(x[i], [y₀[i], y₁[i], y₂[i]])`
    update3, 3, a b c
}
update! {
    /// `y₀[i], …, y₃[i] = f(x[i], [y₀[i], …, y₃[i]])`
    update4, 4, a b c d
}
