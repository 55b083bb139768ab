//! The way back of some rows of the batch.

use std::marker::PhantomData;
use std::ops::Range;

use super::ahead::{ROWS_AHEAD, is_far, send_for};
use super::blocks::gather;
use super::gradient::{Gradient, Wanted};
use super::read::{complete, what_was_read};
use super::rows::Rows;
use super::step::{Backward, Step};
use super::{Given, Left, Sizes, take};
use crate::kernels::gemm::{self, Right};
use crate::kernels::profile::{Laps, Part};
use crate::kernels::{Mat, MatMut};
use crate::real::Real;
use crate::simd;

/// What all rows have in common.
pub struct Net<'a, R> {
    pub given: &'a Given<'a, R>,
    pub left: Left<'a, R>,
    /// `Wᵀ`
    pub w: [Right<'a, R>; 2],
    /// `Uᵀ`
    pub u: [Right<'a, R>; 2],
}

/// Some rows, from the last block to the first: back through its steps, shared out to threads, then what it adds to the gradients. If
/// `together`, another thread does the same meanwhile, for the other half of the batch.
pub fn walk<R: Real, S: Step<R>>(
    step: S,
    net: &Net<'_, R>,
    rows: Rows<'_, R, 4>,
    mut work: &mut [R],
    wanted: &mut Wanted<'_, R>,
    together: bool,
) {
    let Sizes { inputs, hidden, .. } = net.given.sizes;
    let Rows { first, count, arrays: [dh, dc, d_read, dx] } = rows;
    let (blocks, threads, walks) =
        (net.given.blocks::<S>(count), net.given.threads(true), 1 + usize::from(together));
    let threads = (threads / walks).max(1); // of three, one is left over
    let [da, read, x] = net.given.work::<S>(count).map(|length| take(&mut work, length));
    for block in blocks.in_order().rev() {
        let rows = count * block.len();
        let da = &mut da[..rows * S::SUMS * hidden];
        let read = &mut read[..rows * S::RECURRENT.len() * hidden];
        let x = if blocks.is_one() { &mut x[..] } else { &mut x[..rows * inputs] };
        let arrays = [&mut *da, &mut *read, &mut *x, &mut *dh, &mut *dc, &mut *d_read];
        Rows { first, count, arrays }.share(threads, &|rows| {
            back_in_time(step, net, &block, rows, walks * threads);
        });
        let batch = first..first + count;
        let (given, w, block, step) = (net.given, &net.w, &block, PhantomData::<S>);
        Gradient { given, w, block, batch, x, read, da, together, step }.add_to(wanted, dx);
    }
}

impl<R: Real> Given<'_, R> {
    /// How many numbers to work with so many rows take: `∂L/∂a`, what was read, and `x`, each for the steps of a block.
    pub(super) fn work<S: Step<R>>(&self, rows: usize) -> [usize; 3] {
        let (Sizes { inputs, hidden, .. }, blocks) = (self.sizes, self.blocks::<S>(rows));
        let rows = rows * blocks.longest();
        let x = if blocks.is_one() { 0 } else { rows * inputs };
        [rows * S::SUMS * hidden, rows * S::RECURRENT.len() * hidden, x]
    }
}

/// Some rows, from the last step of a block to its first, on one of so many threads.
///
/// `dh` and `dc` hold, per row, `∂L/∂h_t` and `∂L/∂c_t` as far as later steps go. `d_read` holds `∂L/∂read` of the step that came
/// before in this loop, `t + 1`, which read `h_t`: it is added to `dh` when `t` has its turn, after dropout's factor. At a step
/// that a row skips nothing happens to its `dh` and `dc`: they wait for the step before.
fn back_in_time<R: Real, S: Step<R>>(
    step: S,
    net: &Net<'_, R>,
    block: &Range<usize>,
    rows: Rows<'_, R, 6>,
    threads: usize,
) {
    let Net { given, left, ref u, .. } = *net;
    let sizes @ Sizes { steps, inputs, hidden, .. } = given.sizes;
    let Rows { first, count, arrays: [da, read, x, dh, dc, d_read] } = rows;
    let (width, reads) = (S::SUMS * hidden, S::RECURRENT.len());
    let (mut laps, alone) = (Laps::start(threads), threads > 1);
    if !x.is_empty() {
        gather(&given.x[first * steps * inputs..], steps, block, inputs, x);
        laps.lap(Part::Input);
    }
    what_was_read::<R, S>(given, left, block, first, read);
    let far = is_far::<R, S>(sizes);
    for t in given.steps(block).rev() {
        complete::<R, S>(given, left, t, first, dh, d_read);
        let at = |row: usize| row * block.len() + t - block.start;
        for (phase, columns) in S::RECURRENT.iter().enumerate().rev() {
            let (da_t, read, dh, dc, d_all) = (&mut *da, &*read, &mut *dh, &mut *dc, &mut *d_read);
            simd::run(
                #[inline(always)]
                move || {
                    for (row, b) in (first..first + count).enumerate() {
                        let da = &mut da_t[sizes.row(at(row), S::SUMS)];
                        if far && phase + 1 == reads && row + ROWS_AHEAD < count {
                            let at = |t| sizes.at(b + ROWS_AHEAD, t, S::SAVED);
                            send_for(left.saved, at(t));
                            if let Some(c_before) = given.before(t).filter(|_| S::CELLS > 0).map(at) {
                                send_for(left.saved, c_before.end - S::CELLS * hidden..c_before.end);
                            }
                        }
                        if !given.is_live(b, t) {
                            da.fill(R::ZERO);
                            continue;
                        }
                        let saved = |t: usize| &left.saved[sizes.at(b, t, S::SAVED)];
                        let c = |t: usize| &saved(t)[saved(t).len() - S::CELLS * hidden..];
                        let (h_before, c_before) = match given.before(t) {
                            Some(t) => (&left.states[sizes.at(b, t, 1)], c(t)),
                            None => (&given.h_0[sizes.row(b, 1)], &given.c_0[sizes.row(b, S::CELLS)]),
                        };
                        let at = Backward {
                            saved: saved(t),
                            read: &read[sizes.row(at(row), reads)],
                            h: &left.states[sizes.at(b, t, 1)],
                            h_before,
                            c: c(t),
                            c_before,
                            da,
                            dh: &mut dh[sizes.row(row, 1)],
                            dc: &mut dc[sizes.row(row, S::CELLS)],
                            d_read: &mut d_all[sizes.row(row, reads)],
                        };
                        step.backward(phase, at);
                    }
                },
            );
            laps.lap(Part::Gates);
            let from = at(0) * width + columns.to * hidden;
            let da = Mat::strided(&da[from..], count, columns.gates * hidden, block.len() * width);
            let d_read = MatMut::strided(&mut d_read[phase * hidden..], count, hidden, reads * hidden);
            if phase == 0 && given.before(t).is_none() && !left.first {
                continue; // the first step, and nobody asks what it read
            }
            // What is read as part 0 may have a gradient already; the other part is read by this product only.
            if phase == 0 {
                gemm::add_product_in(da, u[phase], d_read, alone);
            } else {
                gemm::product_in(da, u[phase], d_read, alone);
            }
            laps.lap(Part::Recurrent);
        }
    }
}
