//! Backpropagation through time.

use super::gradient::Gradient;
use super::rows::Rows;
use super::step::{Backward, Step};
use super::{Given, Sizes, Workspace, take};
use crate::kernels::gemm::{self, Right};
use crate::kernels::{Mat, MatMut, elementwise};
use crate::real::Real;
use crate::simd;

/// What [`forward`](super::forward) left, and what is wanted of it.
#[derive(Clone, Copy, Debug)]
pub struct Left<'a, R> {
    /// `h` `[B, T, H]` and, behind it, `c` if there is one.
    pub states: &'a [R],
    /// The gates, and what was multiplied with `U`.
    pub saved: &'a [R],
    /// `∂L/∂states`, as far as `L` depends on them otherwise than through later steps.
    pub d_states: &'a [R],
    /// Whether somebody wants `∂L/∂h` before the first step.
    pub first: bool,
}

/// Walks back through all steps, and returns where the gradients can be had.
///
/// # Panics
/// If a slice has not the size that it should have.
pub fn backward<'a, R: Real, S: Step<R>>(
    step: S,
    given: &'a Given<'a, R>,
    left: Left<'a, R>,
    workspace: &'a mut Workspace<R>,
) -> Gradient<'a, R, S> {
    let Sizes { batch, hidden, .. } = given.sizes;
    let units = given.sizes.units();
    let Workspace { u, numbers } = workspace;
    let lengths = [S::SAVED * units, given.h_0.len(), given.c_0.len(), S::READS * batch * hidden];
    let mut numbers = numbers.at_least(lengths.iter().sum());
    let [da, dh, dc, d_read] = lengths.map(|length| take(&mut numbers, length));
    for zeros in [&mut *dh, &mut *dc, &mut *d_read] {
        zeros.fill(R::ZERO);
    }
    if units > 0 {
        let (threads, u) = (given.threads(), &given.recurrent::<S>(u, true));
        Rows::all(batch, [&mut *da, &mut *dh, &mut *dc, d_read])
            .share(threads, &|rows| back_in_time(step, given, left, u, rows, threads > 1));
    }
    Gradient::new(given, &left.saved[S::SAVED * units..], da, [dh, dc])
}

/// Some rows, from the last step to the first; on this thread alone, if others have other rows.
///
/// `dh` and `dc` hold, per row, `∂L/∂h_t` and `∂L/∂c_t` as far as later steps go. `d_read` holds `∂L/∂read` of the step that came
/// before in this loop, `t + 1`, which read `h_t`: it is added to `dh` when `t` has its turn, after dropout's factor. At a step
/// that a row skips nothing happens to its `dh` and `dc`: they wait for the step before.
fn back_in_time<R: Real, S: Step<R>>(
    step: S,
    given: &Given<'_, R>,
    left: Left<'_, R>,
    u: &[Right<'_, R>],
    rows: Rows<'_, R, 4>,
    alone: bool,
) {
    let sizes @ Sizes { steps, hidden, .. } = given.sizes;
    let Rows { first, count, arrays: [da, dh, dc, d_read] } = rows;
    let (a, read) = left.saved.split_at(S::SAVED * sizes.units());
    let ((h, c), (dy_h, dy_c)) = (left.states.split_at(sizes.units()), left.d_states.split_at(sizes.units()));
    for t in given.steps().rev() {
        // What the rest of the net wants of h_t and c_t, too.
        for (row, b) in (first..first + count).enumerate() {
            let (dh, d_read) = (&mut dh[sizes.row(row, 1)], &mut d_read[sizes.row(row, S::READS)][..hidden]);
            given.add_read(b, d_read, dh);
            d_read.fill(R::ZERO);
            elementwise::add_map(&dy_h[sizes.at(b, t, 1)], dh, |dy| dy);
            let dc = &mut dc[sizes.row(row, S::CELLS)];
            elementwise::add_map(&dy_c[sizes.at(b, t, S::CELLS)], dc, |dy| dy);
        }
        for (phase, columns) in S::RECURRENT.iter().enumerate().rev() {
            let (da_t, dh, dc, d_all) = (&mut *da, &mut *dh, &mut *dc, &mut *d_read);
            simd::run(
                #[inline(always)]
                move || {
                    for (row, b) in (first..first + count).enumerate() {
                        let da = &mut da_t[sizes.at(row, t, S::SAVED)];
                        if !given.is_live(b, t) {
                            da.fill(R::ZERO);
                            continue;
                        }
                        let (h_before, c_before) = match given.before(t) {
                            Some(t) => (&h[sizes.at(b, t, 1)], &c[sizes.at(b, t, S::CELLS)]),
                            None => (&given.h_0[sizes.row(b, 1)], &given.c_0[sizes.row(b, S::CELLS)]),
                        };
                        let at = Backward {
                            a: &a[sizes.at(b, t, S::SAVED)],
                            read: &read[sizes.at(b, t, S::READS)],
                            h: &h[sizes.at(b, t, 1)],
                            h_before,
                            c: &c[sizes.at(b, t, S::CELLS)],
                            c_before,
                            da,
                            dh: &mut dh[sizes.row(row, 1)],
                            dc: &mut dc[sizes.row(row, S::CELLS)],
                            d_read: &mut d_all[sizes.row(row, S::READS)],
                        };
                        step.backward(phase, at);
                    }
                },
            );
            let from = sizes.at(0, t, S::SAVED).start + columns.to * hidden;
            let da = Mat::strided(&da[from..], count, columns.gates * hidden, steps * S::SAVED * hidden);
            let d_read = MatMut::strided(&mut d_read[phase * hidden..], count, hidden, S::READS * hidden);
            if phase == 0 && given.before(t).is_none() && !left.first {
                continue; // the first step, and nobody asks what it read
            }
            // What is read as part 0 may have a gradient already; the other part is read by this product only.
            if phase == 0 {
                gemm::add_product_in(da, u[phase], d_read, alone);
            } else {
                gemm::product_in(da, u[phase], d_read, alone);
            }
        }
    }
    for (row, b) in (first..first + count).enumerate() {
        given.add_read(b, &d_read[sizes.row(row, S::READS)][..hidden], &mut dh[sizes.row(row, 1)]);
    }
}
