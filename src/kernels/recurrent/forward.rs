//! Forward in time.

use super::rows::Rows;
use super::step::{Forward, Step};
use super::{Given, Sizes, Workspace, take};
use crate::kernels::gemm::{self, Right};
use crate::kernels::{Mat, MatMut, elementwise};
use crate::real::Real;
use crate::simd;

/// Computes the states of all steps: `states` is `h` `[B, T, H]` and, behind it, `c` if there is one. What backward will
/// need goes to `saved`, [`saved`](super::saved) numbers.
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
    let sizes @ Sizes { batch, hidden, .. } = given.sizes;
    if sizes.units() == 0 {
        return;
    }
    let (a, read) = saved.split_at_mut(S::SAVED * sizes.units());
    let (h, c) = states.split_at_mut(sizes.units());
    project::<R, S>(given, a);

    let Workspace { u, numbers } = workspace;
    let u = &given.recurrent::<S>(u, false);
    let mut numbers = numbers.at_least(S::SAVED * hidden + given.h_0.len() + given.c_0.len());
    let b = take(&mut numbers, S::SAVED * hidden);
    biases(step, given, b);
    let [h_now, c_now] = [given.h_0, given.c_0].map(|state| {
        let now = take(&mut numbers, state.len());
        now.copy_from_slice(state);
        now
    });

    let (threads, b) = (given.threads(), &*b);
    Rows::all(batch, [a, read, h, c, h_now, c_now])
        .share(threads, &|rows| through_time(step, given, u, b, rows, threads > 1));
}

/// `a = x·W` for all steps; 0 in the parts that nothing of it goes to.
fn project<R: Real, S: Step<R>>(given: &Given<'_, R>, a: &mut [R]) {
    let (hidden, width) = (given.sizes.hidden, S::SAVED * given.sizes.hidden);
    let without_input = |part: &usize| !S::INPUT.iter().any(|c| (c.to..c.to + c.gates).contains(part));
    for part in (0..S::SAVED).filter(without_input) {
        a.chunks_exact_mut(width).for_each(|row| row[part * hidden..][..hidden].fill(R::ZERO));
    }
    for columns in S::INPUT {
        let (x, w) = (given.x(), given.columns::<S>(given.w, columns));
        let a = MatMut::strided(&mut a[columns.to * hidden..], x.rows, w.cols, width);
        gemm::product(x, w, a);
    }
}

/// All biases and constants, laid out as a row of `a`.
fn biases<R: Real, S: Step<R>>(step: S, given: &Given<'_, R>, b: &mut [R]) {
    let hidden = given.sizes.hidden;
    b.fill(R::ZERO);
    let mut add = |to: usize, from: &[R]| {
        b[to * hidden..].iter_mut().zip(from).for_each(|(b, &from)| *b += from);
    };
    if let Some(b_x) = given.b_x {
        S::INPUT.iter().for_each(|c| add(c.to, &b_x[c.from * hidden..][..c.gates * hidden]));
    }
    if let Some(b_h) = given.b_h {
        add(0, b_h);
    }
    step.add_constants(b, hidden);
}

/// Some rows, from the first step to the last; on this thread alone, if others have other rows.
fn through_time<R: Real, S: Step<R>>(
    step: S,
    given: &Given<'_, R>,
    u: &[Right<'_, R>],
    b: &[R],
    rows: Rows<'_, R, 6>,
    alone: bool,
) {
    let sizes @ Sizes { steps, hidden, .. } = given.sizes;
    let Rows { first, count, arrays: [a, read, h, c, h_now, c_now] } = rows;
    for t in given.steps() {
        for row in 0..count {
            let read = &mut read[sizes.at(row, t, S::READS)][..hidden];
            read.copy_from_slice(&h_now[sizes.row(row, 1)]);
            if let Some(keep) = given.keep {
                elementwise::update1(&keep[sizes.row(first + row, 1)], [read], |keep, [h]| [h * keep]);
            }
        }
        for (phase, columns) in S::RECURRENT.iter().enumerate() {
            let from = sizes.at(0, t, S::READS).start + phase * hidden;
            let to = sizes.at(0, t, S::SAVED).start + columns.to * hidden;
            let left = Mat::strided(&read[from..], count, hidden, steps * S::READS * hidden);
            let width = columns.gates * hidden;
            let right = MatMut::strided(&mut a[to..], count, width, steps * S::SAVED * hidden);
            gemm::add_product_in(left, u[phase], right, alone);

            let (a, read, h, c) = (&mut *a, &mut *read, &mut *h_now, &mut *c_now);
            simd::run(
                #[inline(always)]
                move || {
                    for row in 0..count {
                        let read = &mut read[sizes.at(row, t, S::READS)];
                        if given.is_live(first + row, t) {
                            let a = &mut a[sizes.at(row, t, S::SAVED)];
                            let (h, c) = (&mut h[sizes.row(row, 1)], &mut c[sizes.row(row, S::CELLS)]);
                            step.forward(phase, Forward { b, a, read, h, c });
                        } else {
                            // Backward multiplies it by 0, and what lay there might be NaN.
                            read[hidden..].fill(R::ZERO);
                        }
                    }
                },
            );
        }
        for row in 0..count {
            h[sizes.at(row, t, 1)].copy_from_slice(&h_now[sizes.row(row, 1)]);
            c[sizes.at(row, t, S::CELLS)].copy_from_slice(&c_now[sizes.row(row, S::CELLS)]);
        }
    }
}
