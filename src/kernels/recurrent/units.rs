//! Loops over the hidden units of one row of the batch.

use std::hint::black_box;

use crate::real::Real;

/// Declares `name(x, y, f)`: `[y₀[j], y₁[j], …] = f([x₀[j], x₁[j], …], [y₀[j], y₁[j], …])` for every unit `j`.
///
/// To be called inside [`simd::run`](crate::simd::run), with an `f` that is inlined: mark large ones. The slices are parameters of
/// a function of their own: so the compiler knows that they don't overlap, and makes of the formula for a unit one for a vector
/// of units. Behind the last whole vector it goes on with four units at a time (`f32`), then with one, and each takes as long as a
/// vector. So the last vector of a row begins earlier, if there is more than a few left: some units are computed twice, and 31
/// units of an LSTM take a third of the time (AVX-512).
macro_rules! units {
    ($($name:ident: $x_count:literal $($x:ident)+, $y_count:literal $($y:ident)+;)+) => { $(
        #[inline(always)]
        pub fn $name<R: Real>(
            x: [&[R]; $x_count],
            y: [&mut [R]; $y_count],
            f: impl Fn([R; $x_count], [R; $y_count]) -> [R; $y_count],
        ) {
            /// The first `n` units.
            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            fn first<R: Real>(
                n: usize,
                $($x: &[R],)+
                $($y: &mut [R],)+
                f: &impl Fn([R; $x_count], [R; $y_count]) -> [R; $y_count],
            ) {
                $(let $x = &$x[..n];)+
                $(let $y = &mut $y[..n];)+
                for j in 0..n {
                    [$($y[j]),+] = f([$($x[j]),+], [$($y[j]),+]);
                }
            }
            /// All units, `W` at a time. The last `W` are computed first, and apart: some of them are among those before, too.
            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            fn all<const W: usize, R: Real>(
                $($x: &[R],)+
                $($y: &mut [R],)+
                f: &impl Fn([R; $x_count], [R; $y_count]) -> [R; $y_count],
            ) {
                let n = [$($y.len()),+][0];
                $(let $x = &$x[..n];)+
                $(let $y = &mut $y[..n];)+
                struct Last<T> {
                    $($y: T,)+
                }
                let mut last = Last { $($y: *$y.last_chunk::<W>().expect("W units or more"),)+ };
                // A number that the compiler doesn't know: of a loop whose length it does know it makes vectors of four.
                first(black_box(1) * W, $(&$x[n - W..],)+ $(&mut last.$y,)+ f);
                first(n / W * W, $($x,)+ $(&mut *$y,)+ f);
                $(*$y.last_chunk_mut().expect("W units or more") = last.$y;)+
            }
            let ([$($x),+], [$($y),+]) = (x, y);
            let n = [$($y.len()),+][0];
            let (lanes, few) = if n >= 16 && size_of::<R>() <= 4 { (16, 4) } else { (8, 0) };
            if !R::COMPILED || n < 8 || n % lanes <= few {
                first(n, $($x,)+ $($y,)+ &f);
            } else if lanes == 8 {
                all::<8, R>($($x,)+ $($y,)+ &f);
            } else {
                all::<16, R>($($x,)+ $($y,)+ &f);
            }
        }
    )+ };
}

units! {
    units_1_2: 1 a, 2 p q;
    units_2_1: 2 a b, 1 p;
    units_2_2: 2 a b, 2 p q;
    units_3_2: 3 a b c, 2 p q;
    units_3_3: 3 a b c, 3 p q r;
    units_4_6: 4 a b c d, 6 p q r s t u;
    units_5_5: 5 a b c d e, 5 p q r s t;
    units_6_6: 6 a b c d e f_, 6 p q r s t u;
}

/// The parts of a row, `width` numbers each.
#[inline(always)]
pub fn parts<R, const N: usize>(row: &[R], width: usize) -> [&[R]; N] {
    let mut parts = row.chunks_exact(width);
    [(); N].map(|()| parts.next().expect("N parts"))
}

/// The same, to write to.
#[inline(always)]
pub fn parts_mut<R, const N: usize>(row: &mut [R], width: usize) -> [&mut [R]; N] {
    let mut parts = row.chunks_exact_mut(width);
    [(); N].map(|()| parts.next().expect("N parts"))
}
