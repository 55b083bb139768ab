//! The loop over time, in three phases if there are blocks.

use std::ops::Range;

use super::Scan;
use crate::real::Real;
use crate::simd;

/// Writes `h_1 … h_T` `[B, T, W]`. `ends` is to work in, `2·P·W` numbers for each of the [pieces](super::Sizes::pieces).
///
/// # Panics
/// If a slice has not the size that it should have.
pub fn scan<R: Real, const P: usize>(given: &Scan<'_, R, P>, h: [&mut [R]; P], ends: &mut [R]) {
    let sizes = given.sizes;
    assert!(h.iter().all(|h| h.len() == sizes.len()), "scan: no room for {sizes:?}");
    let width = sizes.width;
    if sizes.blocks() <= 1 {
        sizes.share(h, &mut [], &|row, h, _| {
            let h_0 = given.h_0.map(|h_0| if h_0.is_empty() { h_0 } else { &h_0[row * width..][..width] });
            simd::run(
                #[inline(always)]
                || through(given, row, h_0, h),
            );
        });
        return;
    }
    let ends = &mut ends[..2 * P * width * sizes.pieces()];
    sizes.share([], ends, &|piece, [], ends| {
        simd::run(
            #[inline(always)]
            || reduce(given, piece, ends),
        );
    });
    for row in 0..sizes.batch {
        carry(given, row, &mut ends[row * sizes.blocks() * 2 * P * width..]);
    }
    sizes.share(h, ends, &|piece, h, ends| {
        let h_0 = std::array::from_fn(|p| &ends[(P + p) * width..][..width]);
        simd::run(
            #[inline(always)]
            || through(given, piece, h_0, h),
        );
    });
}

impl<R, const P: usize> Scan<'_, R, P> {
    /// These steps in the order of time.
    #[inline(always)]
    fn in_order(&self, steps: Range<usize>) -> impl Iterator<Item = usize> + use<R, P> {
        let (reverse, Range { start, end }) = (self.reverse, steps);
        (0..end - start).map(move |n| if reverse { end - 1 - n } else { start + n })
    }
}

/// A piece, from the `h` before it, which is 0 if it is empty.
#[inline(always)]
fn through<R: Real, const P: usize>(
    given: &Scan<'_, R, P>,
    piece: usize,
    h_0: [&[R]; P],
    mut h: [&mut [R]; P],
) {
    let (sizes, (row, steps)) = (given.sizes, given.sizes.piece(piece));
    let (width, mut before) = (sizes.width, None);
    for t in given.in_order(steps.clone()) {
        let (at, b) = (sizes.at(row, t), (t - steps.start) * width);
        let b_t = given.b.map(|b| &b[at..][..width]);
        let mut rows = h.each_mut().map(|h| two(h, before, b, width));
        if before.is_none() {
            for (row, h_0) in rows.iter_mut().zip(h_0) {
                row.0 = h_0;
            }
        }
        match given.factor(row, t) {
            Some(a) if !rows[0].0.is_empty() => advance(a, given.adjoint, b_t, rows),
            _ => rows.into_iter().zip(b_t).for_each(|((_, h), b)| h.copy_from_slice(b)),
        }
        before = Some(b);
    }
}

/// `h = a⊙h_before + b`, for a row of real or of complex numbers.
#[inline(always)]
fn advance<R: Real, const P: usize>(
    a: [&[R]; P],
    conjugate: bool,
    b: [&[R]; P],
    mut h: [(&[R], &mut [R]); P],
) {
    match (&a[..], &b[..], &mut h[..]) {
        (&[a], &[b], [(before, h)]) => real(a, b, before, h),
        (&[a, a_im], &[b, b_im], [(before, h), (before_im, h_im)]) => {
            let sign = if conjugate { -R::ONE } else { R::ONE };
            complex([a, a_im], sign, [b, b_im], [before, before_im], h, h_im);
        }
        _ => unreachable!("real or complex"),
    }
}

#[inline(always)]
fn real<R: Real>(a: &[R], b: &[R], before: &[R], h: &mut [R]) {
    for (((h, &a), &b), &before) in h.iter_mut().zip(a).zip(b).zip(before) {
        *h = a.mul_add(before, b);
    }
}

#[inline(always)]
fn complex<R: Real>(a: [&[R]; 2], sign: R, b: [&[R]; 2], before: [&[R]; 2], h: &mut [R], h_im: &mut [R]) {
    let n = h.len();
    let ([a, a_im], [b, b_im], [re, im]) = (a.map(|a| &a[..n]), b.map(|b| &b[..n]), before.map(|h| &h[..n]));
    let h_im = &mut h_im[..n];
    for i in 0..n {
        let a_im = sign * a_im[i];
        h[i] = a[i].mul_add(re[i], b[i]) - a_im * im[i];
        h_im[i] = a[i].mul_add(im[i], b_im[i]) + a_im * re[i];
    }
}

/// `P` and `S` of a piece.
#[inline(always)]
fn reduce<R: Real, const P: usize>(given: &Scan<'_, R, P>, piece: usize, ends: &mut [R]) {
    let (sizes, (row, steps)) = (given.sizes, given.sizes.piece(piece));
    let width = sizes.width;
    ends.fill(R::ZERO);
    ends[..width].fill(R::ONE);
    for t in given.in_order(steps) {
        let at = sizes.at(row, t);
        let (products, sums) = ends.split_at_mut(P * width);
        match given.factor(row, t) {
            Some(a) => {
                scale(a, given.adjoint, products);
                scale(a, given.adjoint, sums);
            }
            None => products.fill(R::ZERO),
        }
        for (sum, b) in sums.chunks_exact_mut(width).zip(given.b) {
            sum.iter_mut().zip(&b[at..][..width]).for_each(|(sum, &b)| *sum += b);
        }
    }
}

/// `h = a⊙h`, with the parts of `h` one behind the other.
#[inline(always)]
fn scale<R: Real, const P: usize>(a: [&[R]; P], conjugate: bool, h: &mut [R]) {
    let sign = if conjugate { -R::ONE } else { R::ONE };
    match a[..] {
        [a] => h.iter_mut().zip(a).for_each(|(h, &a)| *h = a * *h),
        [a, a_im] => {
            let (h, h_im) = h.split_at_mut(a.len());
            for (((h, h_im), &a), &a_im) in h.iter_mut().zip(h_im).zip(a).zip(a_im) {
                let a_im = sign * a_im;
                (*h, *h_im) = (a * *h - a_im * *h_im, a * *h_im + a_im * *h);
            }
        }
        _ => unreachable!("real or complex"),
    }
}

/// From block to block of a row: `S` becomes the `h` before the block, and `P` the `h` behind it.
fn carry<R: Real, const P: usize>(given: &Scan<'_, R, P>, row: usize, ends: &mut [R]) {
    let (width, mut behind) = (given.sizes.width, None);
    for block in given.in_order(0..given.sizes.blocks()) {
        let at = block * 2 * P * width;
        for i in 0..width {
            let h: [R; P] = std::array::from_fn(|p| match behind {
                Some(behind) => ends[behind + p * width + i],
                None => given.h_0[p].get(row * width + i).copied().unwrap_or(R::ZERO),
            });
            let [product, sum] =
                [0, P].map(|part| -> [R; P] { std::array::from_fn(|p| ends[at + (part + p) * width + i]) });
            let mut moved = h;
            moved[0] = product[0] * h[0];
            if P == 2 {
                moved[0] -= product[1] * h[1];
                moved[1] = product[0] * h[1] + product[1] * h[0];
            }
            for p in 0..P {
                ends[at + p * width + i] = moved[p] + sum[p];
                ends[at + (P + p) * width + i] = h[p];
            }
        }
        behind = Some(at);
    }
}

/// The row before, to be read, if there is one, and the row at `at`, to be written.
#[inline(always)]
fn two<R>(h: &mut [R], before: Option<usize>, at: usize, width: usize) -> (&[R], &mut [R]) {
    match before {
        None => (&[], &mut h[at..][..width]),
        Some(before) if before < at => {
            let (early, late) = h.split_at_mut(at);
            (&early[before..][..width], &mut late[..width])
        }
        Some(before) => {
            let (early, late) = h.split_at_mut(before);
            (&late[..width], &mut early[at..][..width])
        }
    }
}
