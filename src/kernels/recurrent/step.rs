//! What distinguishes one recurrence from another: a step for one row of the batch, and its chain rule.

use crate::real::Real;

/// One step of a recurrence: products with the states before, then formulas for every unit by itself.
///
/// A row of `a` is `SUMS` parts of `H` numbers. They begin as sums of `x·W` and `h_{t−1}·U`, where
/// [`INPUT`](Self::INPUT) and [`RECURRENT`](Self::RECURRENT) say; `forward` replaces them by what `backward` will
/// need: the gates.
pub trait Step<R: Real>: Copy + Sync {
    /// 1 if there is a state `c` beside `h`, else 0.
    const CELLS: usize;
    /// Parts of `H` columns that `W` `[I, GATES·H]` and `U` `[H, GATES·H]` have.
    const GATES: usize;
    /// Parts of `H` numbers in a row of `a`.
    const SUMS: usize;
    /// Parts of `H` numbers of a row that `backward` needs: all of `a`; behind them what a second product read, and `c`, if there is
    /// any. Or none.
    const SAVED: usize;
    /// Which columns of `W` make which part of `a`.
    const INPUT: &'static [Columns];
    /// Which columns of `U` make which part of `a`, phase by phase. The first multiplies `h_{t−1}`, a second one what the formulas
    /// of the first put into `read`: `r·h_{t−1}`.
    const RECURRENT: &'static [Columns];

    /// Adds what the recurrence adds to `b`, `SUMS` parts of `H` numbers.
    fn add_constants(self, _b: &mut [R], _hidden: usize) {}

    /// The formulas behind the product of a phase, for one row.
    fn forward(self, phase: usize, at: Forward<'_, R>);

    /// Their chain rule, last phase first; behind each, the product with `Uᵀ`.
    fn backward(self, phase: usize, at: Backward<'_, R>);
}

/// Columns of `W` or `U`, and where in a row of `a` their product goes; in parts of `H` numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The first part, in `W` or `U`.
    pub from: usize,
    /// The first part, in `a`.
    pub to: usize,
    /// How many parts.
    pub gates: usize,
}

/// One row of the batch at one step, forwards.
pub struct Forward<'a, R> {
    /// The biases, laid out as `a`. `[SUMS·H]`
    pub b: &'a [R],
    /// Sums of products; then what backward needs. `[SUMS·H]`
    pub a: &'a mut [R],
    /// If there are two products, what they read: `h_{t−1}`, after dropout if there is any, and room for `r·h_{t−1}`. `[2·H]`
    pub read: &'a mut [R],
    /// `h_{t−1}`. `[H]`
    pub h_before: &'a [R],
    /// `h`, to be written. `[H]`
    pub h: &'a mut [R],
    /// `c_{t−1}`, to become `c`. `[H]`, or empty.
    pub c: &'a mut [R],
}

/// One row of the batch at one step, backwards.
pub struct Backward<'a, R> {
    /// What forward left. `[SAVED·H]`
    pub saved: &'a [R],
    /// What the products read: `h_{t−1}`, after dropout if there is any; and `r·h_{t−1}`, if there are two. `[H]` or `[2·H]`
    pub read: &'a [R],
    /// `h`. `[H]`
    pub h: &'a [R],
    /// `h_{t−1}`. `[H]`
    pub h_before: &'a [R],
    /// `c`. `[H]`, or empty.
    pub c: &'a [R],
    /// `c_{t−1}`. `[H]`, or empty.
    pub c_before: &'a [R],
    /// `∂L/∂a`, to be written. `[SUMS·H]`
    pub da: &'a mut [R],
    /// `∂L/∂h`; to become the part of `∂L/∂h_{t−1}` that doesn't come through a product. `[H]`
    pub dh: &'a mut [R],
    /// `∂L/∂c`, to become `∂L/∂c_{t−1}`. `[H]`, or empty.
    pub dc: &'a mut [R],
    /// `∂L/∂read`: first zeros and, from the second product, the gradient of `r·h_{t−1}`. What comes through `U` is added. As `read`.
    pub d_read: &'a mut [R],
}
