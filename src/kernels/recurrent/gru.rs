//! A step of the GRU, which resets its state after the product with `U`

use super::step::{Backward, Columns, Forward, Step};
use super::units::{parts, parts_mut, units_5_5};
use crate::real::Real;

/// ```text
/// z = σ(a_z + b_z)   r = σ(a_r + b_r)                     a_z, a_r = x·W + h_{t−1}·U
/// u = a_u + b_u                                           a_u = h_{t−1}·U
/// n = tanh(aₙ + bₙ + r·u)                                 aₙ = x·W
/// h = (1 − z)·n + z·h_{t−1}
/// ```
///
/// with `h_{t−1}` the state before. cuDNN's and PyTorch's form of Cho et al. 2014, and Keras' `reset_after=True`: one product
/// `h_{t−1}·U` gives `[a_z, a_r, a_u]`. `a` has these columns and `aₙ` as a fourth.
///
/// Backward: from `dh`,
///
/// ```text
/// da_z = dh·(h_{t−1} − n) ·z(1 − z)
/// daₙ  = dh·(1 − z)  ·(1 − n²)
/// da_r = daₙ·u       ·r(1 − r)
/// da_u = daₙ·r
/// dh_{t−1}  = dh·z + [da_z, da_r, da_u]·Uᵀ
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gru;

impl<R: Real> Step<R> for Gru {
    const CELLS: usize = 0;
    const GATES: usize = 3;
    const SUMS: usize = 4;
    const SAVED: usize = 4;
    const INPUT: &'static [Columns] =
        &[Columns { from: 0, to: 0, gates: 2 }, Columns { from: 2, to: 3, gates: 1 }];
    const RECURRENT: &'static [Columns] = &[Columns { from: 0, to: 0, gates: 3 }];

    #[inline(always)]
    fn forward(self, _: usize, at: Forward<'_, R>) {
        let width = at.h.len();
        let [z, r, u, n] = parts_mut(at.a, width);
        let [b_z, b_r, b_u, b_n] = parts(at.b, width);
        units_5_5(
            [b_z, b_r, b_u, b_n, at.h_before],
            [z, r, u, n, at.h],
            #[inline(always)]
            |[b_z, b_r, b_u, b_n, h_before], [z, r, u, n, _]| {
                let (z, r, u) = ((z + b_z).sigmoid(), (r + b_r).sigmoid(), u + b_u);
                let n = (n + b_n + r * u).tanh();
                [z, r, u, n, (R::ONE - z) * n + z * h_before]
            },
        );
    }

    #[inline(always)]
    fn backward(self, _: usize, at: Backward<'_, R>) {
        let (width, one) = (at.dh.len(), R::ONE);
        let ([z, r, u, n], [dz, dr, du, dn]) = (parts(at.saved, width), parts_mut(at.da, width));
        units_5_5(
            [z, r, u, n, at.h_before],
            [dz, dr, du, dn, at.dh],
            #[inline(always)]
            move |[z, r, u, n, h_before], [.., dh]| {
                let dn = dh * (one - z) * (one - n * n);
                [dh * (h_before - n) * z * (one - z), dn * u * r * (one - r), dn * r, dn, dh * z]
            },
        );
    }
}
