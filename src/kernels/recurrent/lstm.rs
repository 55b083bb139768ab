//! A step of the LSTM: four gates, two states

use super::gate_order::GateOrder;
use super::step::{Backward, Columns, Forward, Step};
use super::units::{parts, parts_mut, units_4_6, units_6_6};
use crate::real::Real;

/// ```text
/// i = σ(aᵢ + bᵢ)   f = σ(a_f + b_f)   g = tanh(a_g + b_g)   o = σ(aₒ + bₒ)        a = x·W + h_{t−1}·U
/// c = f·c_{t−1} + i·g
/// h = o·tanh c
/// ```
///
/// with `h_{t−1}`, `c_{t−1}` the states before. Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber &
/// Cummins 2000.
///
/// Backward: from `dh` and `dc`, what later steps want of `h` and `c`,
///
/// ```text
/// dc  ← dc + dh·o·(1 − tanh² c)                   h is a function of c, too
/// daₒ = dh·tanh c ·o(1 − o)                       σ' = σ(1 − σ)
/// daᵢ = dc·g      ·i(1 − i)
/// da_f = dc·c_{t−1}    ·f(1 − f)
/// da_g = dc·i     ·(1 − g²)                       tanh' = 1 − tanh²
/// dc_{t−1} = dc·f
/// dh_{t−1} = da·Uᵀ
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lstm {
    /// The columns of the gates, as `a` and the weights have them.
    pub order: GateOrder,
    /// Added to `b_f`.
    pub forget_bias: f64,
}

const GATES: &[Columns] = &[Columns { from: 0, to: 0, gates: 4 }];

impl<R: Real> Step<R> for Lstm {
    const CELLS: usize = 1;
    const GATES: usize = 4;
    const SUMS: usize = 4;
    const SAVED: usize = 5;
    const INPUT: &'static [Columns] = GATES;
    const RECURRENT: &'static [Columns] = GATES;

    fn add_constants(self, b: &mut [R], hidden: usize) {
        let [_, b_f, _, _] = self.order.sort(parts_mut(b, hidden));
        b_f.iter_mut().for_each(|b| *b += R::from_f64(self.forget_bias));
    }

    #[inline(always)]
    fn forward(self, _: usize, at: Forward<'_, R>) {
        let n = at.h.len();
        let ([b_i, b_f, b_g, b_o], [i, f, g, o]) =
            (self.order.sort(parts(at.b, n)), self.order.sort(parts_mut(at.a, n)));
        units_4_6(
            [b_i, b_f, b_g, b_o],
            [i, f, g, o, at.c, at.h],
            #[inline(always)]
            |[b_i, b_f, b_g, b_o], [i, f, g, o, c, _]| {
                let (i, f) = ((i + b_i).sigmoid(), (f + b_f).sigmoid());
                let (g, o) = ((g + b_g).tanh(), (o + b_o).sigmoid());
                let c = f * c + i * g;
                [i, f, g, o, c, o * c.tanh()]
            },
        );
    }

    #[inline(always)]
    fn backward(self, _: usize, at: Backward<'_, R>) {
        let n = at.dh.len();
        let [first, second, third, fourth, _] = parts(at.saved, n);
        let [i, f, g, o] = self.order.sort([first, second, third, fourth]);
        let [di, df, dg, d_o] = self.order.sort(parts_mut(at.da, n));
        let one = R::ONE;
        units_6_6(
            [i, f, g, o, at.c, at.c_before],
            [di, df, dg, d_o, at.dh, at.dc],
            #[inline(always)]
            move |[i, f, g, o, c, c_before], [.., dh, dc]| {
                let tanh_c = c.tanh();
                let dc = dc + dh * o * (one - tanh_c * tanh_c);
                [
                    dc * g * i * (one - i),
                    dc * c_before * f * (one - f),
                    dc * i * (one - g * g),
                    dh * tanh_c * o * (one - o),
                    R::ZERO, // all of dh_{t−1} comes through U
                    dc * f,
                ]
            },
        );
    }
}
