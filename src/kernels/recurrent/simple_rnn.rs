//! A step of the Elman network: `h = f(a + b)`, `a = x·W + h_{t−1}·U`

use super::step::{Backward, Columns, Forward, Step};
use super::units::{units_1_2, units_2_1};
use crate::real::Real;

/// `h = f(x·W + h_{t−1}·U + b)` with `f` = tanh or relu, and `h_{t−1}` the state before.
///
/// Backward: from `dh`,
///
/// ```text
/// da = f'(a)·dh      tanh' = 1 − h²,  relu' = 0 where h ≤ 0, else 1
/// dh_{t−1} = da·Uᵀ
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SimpleRnn {
    /// `f(a) = tanh a`
    Tanh,
    /// `f(a) = max(a, 0)`
    Relu,
}

impl<R: Real> Step<R> for SimpleRnn {
    const CELLS: usize = 0;
    const GATES: usize = 1;
    const SUMS: usize = 1;
    const SAVED: usize = 0; // `h` is enough
    const INPUT: &'static [Columns] = &[Columns { from: 0, to: 0, gates: 1 }];
    const RECURRENT: &'static [Columns] = &[Columns { from: 0, to: 0, gates: 1 }];

    #[inline(always)]
    fn forward(self, _: usize, at: Forward<'_, R>) {
        match self {
            Self::Tanh => units_2_1(
                [at.a, at.b],
                [at.h],
                #[inline(always)]
                |[a, b], [_]| [(a + b).tanh()],
            ),
            Self::Relu => units_2_1([at.a, at.b], [at.h], |[a, b], [_]| {
                let a = a + b;
                [if a < R::ZERO { R::ZERO } else { a }] // NaN stays
            }),
        }
    }

    #[inline(always)]
    fn backward(self, _: usize, at: Backward<'_, R>) {
        match self {
            Self::Tanh => units_1_2([at.h], [at.da, at.dh], |[h], [_, dh]| [(R::ONE - h * h) * dh, R::ZERO]),
            Self::Relu => units_1_2([at.h], [at.da, at.dh], |[h], [_, dh]| {
                [if h <= R::ZERO { R::ZERO } else { dh }, R::ZERO]
            }),
        }
    }
}
