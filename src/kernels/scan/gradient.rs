//! What the factors and the first state get, once `g = ∂L/∂h` of all steps is known.

use super::Scan;
use crate::real::Real;
use crate::simd;

/// A number of `conj(x)·g`: the real part, or the imaginary one.
#[inline(always)]
fn product<R: Real, const P: usize>(part: usize, x: [R; P], g: [R; P]) -> R {
    match (part, &x[..], &g[..]) {
        (_, &[x], &[g]) => x * g,
        (0, &[x, x_im], &[g, g_im]) => x * g + x_im * g_im,
        (_, &[x, x_im], &[g, g_im]) => x * g_im - x_im * g,
        _ => unreachable!("real or complex"),
    }
}

/// `y += conj(x)⊙g`, the real part or the imaginary one.
#[inline(always)]
fn add<R: Real, const P: usize>(part: usize, x: [&[R]; P], g: [&[R]; P], y: &mut [R]) {
    let (x, g) = (x.map(|x| &x[..y.len()]), g.map(|g| &g[..y.len()]));
    for (i, y) in y.iter_mut().enumerate() {
        *y += product(part, x.map(|x| x[i]), g.map(|g| g[i]));
    }
}

/// `da_t += conj(h_{t−1})⊙g_t`, the real part or the imaginary one. `h` and `g` are those of all steps; `sums` is to work in, `W`
/// numbers for each of the [pieces](super::Sizes::pieces).
pub fn add_to_a<R: Real, const P: usize>(
    given: &Scan<'_, R, P>,
    part: usize,
    h: [&[R]; P],
    g: [&[R]; P],
    da: &mut [R],
    sums: &mut [R],
) {
    let (sizes, width) = (given.sizes, given.sizes.width);
    if !given.is_constant() {
        return sizes.share([da], &mut [], &|piece, [da], _| {
            simd::run(
                #[inline(always)]
                || add_piece(given, part, h, g, piece, da, width),
            );
        });
    }
    let sums = &mut sums[..width * sizes.pieces()];
    sizes.share([], sums, &|piece, [], sum| {
        simd::run(
            #[inline(always)]
            || {
                sum.fill(R::ZERO);
                add_piece(given, part, h, g, piece, sum, 0);
            },
        );
    });
    for sum in sums.chunks_exact(width.max(1)) {
        da.iter_mut().zip(sum).for_each(|(da, &sum)| *da += sum);
    }
}

/// The steps of a piece, with so much between the numbers of one and of the next in `da`.
#[inline(always)]
fn add_piece<R: Real, const P: usize>(
    given: &Scan<'_, R, P>,
    part: usize,
    h: [&[R]; P],
    g: [&[R]; P],
    piece: usize,
    da: &mut [R],
    stride: usize,
) {
    let (sizes, (row, steps)) = (given.sizes, given.sizes.piece(piece));
    let width = sizes.width;
    for (n, t) in steps.enumerate() {
        let (at, before) = (sizes.at(row, t), given.before(t));
        let h = std::array::from_fn(|p| match before {
            Some(before) => &h[p][sizes.at(row, before)..][..width],
            None => &given.h_0[p][row * width..][..width],
        });
        add(part, h, g.map(|g| &g[at..][..width]), &mut da[n * stride..][..width]);
    }
}

/// `dh_0 += conj(a_1)⊙g_1`, the real part or the imaginary one.
pub fn add_to_h_0<R: Real, const P: usize>(
    given: &Scan<'_, R, P>,
    part: usize,
    g: [&[R]; P],
    dh_0: &mut [R],
) {
    let sizes = given.sizes;
    if sizes.is_empty() {
        return;
    }
    let first = if given.reverse { sizes.steps - 1 } else { 0 };
    for (row, dh_0) in dh_0.chunks_exact_mut(sizes.width).enumerate() {
        let a = given.factor(row, first).expect("a factor for each step");
        add(part, a, g.map(|g| &g[sizes.at(row, first)..][..sizes.width]), dh_0);
    }
}
