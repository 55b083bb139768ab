//! Backpropagation through time.

use super::gradient::Wanted;
use super::rows::Rows;
use super::step::Step;
use super::walk::{Net, walk};
use super::weights::{Operand, Weights};
use super::{Given, Sizes, Workspace, take};
use crate::kernels::lines::line;
use crate::kernels::profile::{Laps, Part};
use crate::real::Real;

/// What [`forward`](super::forward) left, and how `L` depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Left<'a, R> {
    /// `h` `[B, T, H]` and, behind it, the last `c` `[B, H]` if there is one.
    pub states: &'a [R],
    /// The gates, and every `c`.
    pub saved: &'a [R],
    /// `∂L/∂states`, as far as `L` depends on them otherwise than through later steps.
    pub d_states: &'a [R],
    /// Whether somebody wants `∂L/∂h` before the first step.
    pub first: bool,
}

/// Walks back through all steps, and adds to the gradients that are wanted. Returns `∂L/∂h` and `∂L/∂c` before the first step.
///
/// # Panics
/// If a slice has not the size that it should have.
pub fn backward<'a, R: Real, S: Step<R>>(
    step: S,
    given: &Given<'_, R>,
    left: Left<'_, R>,
    mut wanted: Wanted<'_, R>,
    workspace: &'a mut Workspace<R>,
) -> [&'a [R]; 2] {
    let sizes @ Sizes { batch, steps, hidden, .. } = given.sizes;
    let (halves, reads) = (given.halves(), S::RECURRENT.len());
    let (parts, of_weights) = (1 + usize::from(halves), wanted.lengths());
    let (larger, smaller) = (batch.div_ceil(parts), batch / parts);
    let work = |rows| given.work::<S>(rows).iter().sum::<usize>();
    // Each half's own gradients, and its memory to work in: the one with a row less may take longer blocks. Both begin on a cache line.
    let own =
        if halves { of_weights.iter().flatten().sum::<usize>().next_multiple_of(line::<R>()) } else { 0 };
    let part = own + work(larger).max(work(smaller)).next_multiple_of(line::<R>());
    let Workspace { weights, numbers } = workspace;
    let (weights, _) = Weights::find(weights, None);
    let lengths = [parts * part, given.h_0.len(), given.c_0.len(), batch * reads * hidden];
    let mut numbers = numbers.at_least(lengths.iter().sum());
    let [of_parts, dh, dc, d_read] = lengths.map(|length| take(&mut numbers, length));
    for zeros in [&mut *dh, &mut *d_read] {
        zeros.fill(R::ZERO);
    }
    dc.copy_from_slice(&left.d_states[sizes.units()..]);
    if batch * steps * hidden == 0 {
        return [dh, dc];
    }
    let dx = wanted.x.take().unwrap_or_default();
    let w = Operand::packed_if(!dx.is_empty() && (halves || !given.blocks::<S>(batch).is_one()));
    let w = given.operands::<S>(given.w, S::INPUT, &mut weights.w, w, true);
    let u = Operand::packed_if(!given.is_brief(true));
    let u = given.operands::<S>(given.u, S::RECURRENT, &mut weights.u, u, true);
    let net = Net { given, left, w, u };
    let all = Rows::all(batch, [&mut *dh, &mut *dc, &mut *d_read, dx]);
    if halves {
        let together = given.together();
        let half = |rows, memory: &mut [R]| {
            let (own, work) = memory.split_at_mut(own);
            walk(step, &net, rows, work, &mut Wanted::zeros(of_weights, own), together);
        };
        let (rows, memory) = (all.split(smaller), of_parts.split_at_mut(part));
        if together {
            rayon::join(|| half(rows.0, memory.0), || half(rows.1, memory.1));
        } else {
            half(rows.0, memory.0);
            half(rows.1, memory.1);
        }
        let mut laps = Laps::start(1);
        of_parts.chunks_exact(part).for_each(|part| wanted.add(&part[..own]));
        laps.lap(Part::Weights);
    } else {
        walk(step, &net, all, of_parts, &mut wanted, false);
    }
    for b in 0..batch {
        given.add_read(b, &d_read[sizes.row(b, reads)][..hidden], &mut dh[sizes.row(b, 1)]);
    }
    [dh, dc]
}
