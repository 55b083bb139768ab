//! Forward in time.

use std::ops::Range;

use super::ahead::{ROWS_AHEAD, is_far, send_for};
use super::blocks::{Blocks, gather};
use super::input::{biases, project};
use super::rows::Rows;
use super::step::{Forward, Step};
use super::weights::{Operand, Weights};
use super::{Given, Sizes, Workspace, take};
use crate::kernels::gemm::{self, Right};
use crate::kernels::profile::{Laps, Part};
use crate::kernels::{Mat, MatMut};
use crate::real::Real;
use crate::simd;

/// Computes the states: `h` of all steps, `[B, T, H]`, and, behind it in `states`, `c` after the last one, `[B, H]`, if there is one.
/// What backward will need goes to `saved`, [`saved`](super::saved) numbers, or nowhere if there is no room. If it is known where the weights come from
/// ([`Given::origin`]), they stay packed in the workspace for the next call.
///
/// # Panics
/// If a slice has not the size that it should have.
pub fn forward<R: Real, S: Step<R>>(
    step: S,
    given: &Given<'_, R>,
    states: &mut [R],
    saved: &mut [R],
    workspace: &mut Workspace<R>,
) {
    let sizes @ Sizes { batch, inputs, hidden, .. } = given.sizes;
    let (h, c) = states.split_at_mut(sizes.units());
    c.copy_from_slice(given.c_0);
    if h.is_empty() {
        return;
    }
    assert!(
        saved.is_empty() || saved.len() == super::saved::<R, S>(sizes),
        "recurrent: {} saved",
        saved.len()
    );
    let (blocks, width) = (given.blocks::<S>(batch), S::SUMS * hidden);
    let rows = batch * blocks.longest();
    // Sums become what is saved. If that has all of their parts, and all steps, it can be their place from the beginning.
    let in_place = blocks.is_one() && S::SAVED == S::SUMS && !saved.is_empty();
    // If nothing is saved, another forward was probably before this, during which the other threads fell asleep; else it was backward, whose
    // products have kept them awake. (An Elman net saves nothing in either case, and is no slower for it.)
    let alone = saved.is_empty() && given.alone(rows * given.w.len());
    let Workspace { weights, numbers } = workspace;
    let key = given.key::<S>();
    let (weights, kept) = Weights::find(weights, key);
    let operand = |pays: bool| if kept { Operand::Kept } else { Operand::packed_if(pays || key.is_some()) };
    let copies_read = given.keep.is_some() || S::RECURRENT.len() > 1;
    let lengths = [
        if in_place { 0 } else { rows * width },
        if blocks.is_one() { 0 } else { rows * inputs },
        if copies_read { batch * S::RECURRENT.len() * hidden } else { 0 },
        width,
    ];
    let mut numbers = numbers.at_least(lengths.iter().sum());
    let [sums, x, read, b] = lengths.map(|length| take(&mut numbers, length));
    let (sums, saved) = if in_place { (saved, &mut [][..]) } else { (sums, saved) };
    biases(step, given, b);

    let w = given.operands::<S>(given.w, S::INPUT, &mut weights.w, operand(!blocks.is_one()), false);
    let mut laps = Laps::start(1);
    if blocks.is_one() {
        project::<R, S>(given.x(), &w, sums, hidden, alone);
    }
    laps.lap(Part::Input);
    let u = operand(!given.is_brief(false));
    let u = given.operands::<S>(given.u, S::RECURRENT, &mut weights.u, u, false);
    weights.key = key;
    let net = Net { given, blocks, w, u, b };
    let threads = given.threads(false);
    Rows::all(batch, [sums, x, read, saved, h, c])
        .share(threads, &|rows| through_time(step, &net, rows, threads));
}

/// What all rows have in common.
struct Net<'a, R> {
    given: &'a Given<'a, R>,
    blocks: Blocks,
    w: [Right<'a, R>; 2],
    u: [Right<'a, R>; 2],
    /// All biases and constants, laid out as a row of `a`.
    b: &'a [R],
}

/// Some rows, from the first step to the last, on one of so many threads.
fn through_time<R: Real, S: Step<R>>(step: S, net: &Net<'_, R>, rows: Rows<'_, R, 6>, threads: usize) {
    let Net { given, blocks, ref w, .. } = *net;
    let Sizes { steps, inputs, hidden, .. } = given.sizes;
    let Rows { first, count, arrays: [sums, x, read, saved, h, c] } = rows;
    let (mut laps, alone) = (Laps::start(threads), threads > 1);
    for block in blocks.in_order() {
        let rows = count * block.len();
        let sums = &mut sums[..rows * S::SUMS * hidden];
        if !blocks.is_one() {
            let x = &mut x[..rows * inputs];
            gather(&given.x[first * steps * inputs..], steps, &block, inputs, x);
            let alone = alone || given.alone(rows * given.w.len());
            project::<R, S>(Mat::new(x, rows, inputs), w, sums, hidden, alone);
            laps.lap(Part::Input);
        }
        for t in given.steps(&block) {
            let arrays = [&mut *sums, &mut *read, &mut *saved, &mut *h, &mut *c];
            advance(step, net, &block, t, Rows { first, count, arrays }, alone, &mut laps);
        }
    }
}

/// One step of some rows: for each phase a product, and the formulas behind it.
fn advance<R: Real, S: Step<R>>(
    step: S,
    net: &Net<'_, R>,
    block: &Range<usize>,
    t: usize,
    rows: Rows<'_, R, 5>,
    alone: bool,
    laps: &mut Laps,
) {
    let Net { given, ref u, b, .. } = *net;
    let sizes @ Sizes { steps, hidden, .. } = given.sizes;
    let Rows { first, count, arrays: [a, read, saved, h, c] } = rows;
    let (before, width, reads) = (given.before(t), S::SUMS * hidden, S::RECURRENT.len());
    let stride = block.len() * width; // from a row to the next
    let a = &mut a[(t - block.start) * width..];
    let copied = if read.is_empty() { 0 } else { count };
    for row in 0..copied {
        let h_before = match before {
            Some(before) => &h[sizes.at(row, before, 1)],
            None => &given.h_0[sizes.row(first + row, 1)],
        };
        given.read(first + row, h_before, &mut read[sizes.row(row, reads)][..hidden]);
    }
    for (phase, columns) in S::RECURRENT.iter().enumerate() {
        let left = match before {
            _ if !read.is_empty() => Mat::strided(&read[phase * hidden..], count, hidden, reads * hidden),
            Some(before) => Mat::strided(&h[before * hidden..], count, hidden, steps * hidden),
            None => Mat::new(&given.h_0[first * hidden..][..count * hidden], count, hidden),
        };
        let right = MatMut::strided(&mut a[columns.to * hidden..], count, columns.gates * hidden, stride);
        gemm::add_product_in(left, u[phase], right, alone);
        laps.lap(Part::Recurrent);

        let (a, read, saved, h, c) = (&mut *a, &mut *read, &mut *saved, &mut *h, &mut *c);
        let far = phase + 1 == reads && !saved.is_empty() && is_far::<R, S>(sizes);
        simd::run(
            #[inline(always)]
            move || {
                for row in 0..count {
                    if far && row + ROWS_AHEAD < count {
                        send_for(saved, sizes.at(row + ROWS_AHEAD, t, S::SAVED));
                    }
                    let a = &mut a[row * stride..][..width];
                    let read = if read.is_empty() { &mut [] } else { &mut read[sizes.row(row, reads)] };
                    let (h_before, h) = match before {
                        Some(before) => two(h, sizes.at(row, before, 1), sizes.at(row, t, 1)),
                        None => (&given.h_0[sizes.row(first + row, 1)], &mut h[sizes.at(row, t, 1)]),
                    };
                    let c = &mut c[sizes.row(row, S::CELLS)];
                    if given.is_live(first + row, t) {
                        step.forward(phase, Forward { b, a, read, h_before, h, c });
                    } else {
                        // Backward multiplies these by 0, and what lay there might be NaN.
                        a.fill(R::ZERO);
                        read.fill(R::ZERO);
                        h.copy_from_slice(h_before);
                    }
                    if phase + 1 == reads && !saved.is_empty() {
                        let mut saved = &mut saved[sizes.at(row, t, S::SAVED)];
                        let second = read.get(hidden..).unwrap_or_default();
                        for from in [&*a, second, c] {
                            take(&mut saved, from.len()).copy_from_slice(from);
                        }
                    }
                }
            },
        );
        laps.lap(Part::Gates);
    }
}

/// A row's `h` at two steps: one to be read and one to be written.
#[inline(always)]
fn two<R>(all: &mut [R], read: Range<usize>, write: Range<usize>) -> (&[R], &mut [R]) {
    if read.start < write.start {
        let (early, late) = all.split_at_mut(write.start);
        (&early[read], &mut late[..write.end - write.start])
    } else {
        let (early, late) = all.split_at_mut(read.start);
        (&late[..read.end - read.start], &mut early[write])
    }
}
