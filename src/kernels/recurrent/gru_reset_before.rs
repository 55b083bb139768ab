//! A step of the GRU as published, which resets its state before the product with `U`

use super::step::{Backward, Columns, Forward, Step};
use super::units::{parts, parts_mut, units_3_2, units_3_3};
use crate::real::Real;

/// ```text
/// z = σ(a_z + b_z)   r = σ(a_r + b_r)                     a_z, a_r = x·W + h_{t−1}·U
/// n = tanh(aₙ + bₙ)                                       aₙ = x·W + (r·h_{t−1})·U
/// h = (1 − z)·n + z·h_{t−1}
/// ```
///
/// with `h_{t−1}` the state before. Cho et al. 2014, TF1's `GRUCell`, Keras' `reset_after=False`, ONNX' default. The product
/// for `n` can only begin when `r` is known, so a step has two phases, each a product and a pass over the units.
///
/// Backward, last phase first: from `dh`, and with `s = r·h_{t−1}`,
///
/// ```text
/// da_z = dh·(h_{t−1} − n) ·z(1 − z)
/// daₙ  = dh·(1 − z)  ·(1 − n²)
/// ds   = daₙ·Uᵀ
/// da_r = ds·h_{t−1}       ·r(1 − r)
/// dh_{t−1}  = dh·z + ds·r + [da_z, da_r]·Uᵀ
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GruResetBefore;

impl<R: Real> Step<R> for GruResetBefore {
    const CELLS: usize = 0;
    const GATES: usize = 3;
    const SUMS: usize = 3;
    const SAVED: usize = 4; // z, r, n, s
    const INPUT: &'static [Columns] = &[Columns { from: 0, to: 0, gates: 3 }];
    const RECURRENT: &'static [Columns] =
        &[Columns { from: 0, to: 0, gates: 2 }, Columns { from: 2, to: 2, gates: 1 }];

    #[inline(always)]
    fn forward(self, phase: usize, at: Forward<'_, R>) {
        let width = at.h.len();
        let ([z, r, n], [b_z, b_r, b_n]) = (parts_mut(at.a, width), parts(at.b, width));
        if phase == 0 {
            let [h, s] = parts_mut(at.read, width);
            units_3_3(
                [b_z, b_r, h],
                [z, r, s],
                #[inline(always)]
                |[b_z, b_r, h], [z, r, _]| {
                    let (z, r) = ((z + b_z).sigmoid(), (r + b_r).sigmoid());
                    [z, r, r * h]
                },
            );
        } else {
            units_3_2(
                [b_n, z, at.h_before],
                [n, at.h],
                #[inline(always)]
                |[b_n, z, h_before], [n, _]| {
                    let n = (n + b_n).tanh();
                    [n, (R::ONE - z) * n + z * h_before]
                },
            );
        }
    }

    #[inline(always)]
    fn backward(self, phase: usize, at: Backward<'_, R>) {
        let (width, one) = (at.dh.len(), R::ONE);
        let ([z, r, n, _], [dz, dr, dn]) = (parts(at.saved, width), parts_mut(at.da, width));
        if phase == 1 {
            units_3_3(
                [z, n, at.h_before],
                [dz, dn, at.dh],
                #[inline(always)]
                move |[z, n, h_before], [.., dh]| {
                    let (dz, dn) = (dh * (h_before - n), dh * (one - z));
                    [dz * z * (one - z), dn * (one - n * n), dh * z]
                },
            );
        } else {
            let ([h, _], [dh, ds]) = (parts::<_, 2>(at.read, width), parts_mut(at.d_read, width));
            units_3_2(
                [r, h, ds],
                [dr, dh],
                #[inline(always)]
                move |[r, h, ds], _| [ds * h * r * (one - r), ds * r],
            );
        }
    }
}
