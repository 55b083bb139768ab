//! The gradients of what all steps share.

use std::marker::PhantomData;

use super::step::Step;
use super::{Given, Sizes};
use crate::kernels::{Mat, MatMut, elementwise, gemm};
use crate::real::Real;

/// Where the gradients of all that a recurrence was computed from can be had, each *added* to what is there.
pub struct Gradient<'a, R, S> {
    given: &'a Given<'a, R>,
    /// What was multiplied with `U`. `[B·T, READS·H]`
    read: &'a [R],
    /// `∂L/∂a` `[B·T, SAVED·H]`
    da: &'a [R],
    /// `∂L/∂h` and `∂L/∂c` before the first step.
    d_first: [&'a [R]; 2],
    step: PhantomData<S>,
}

impl<'a, R: Real, S: Step<R>> Gradient<'a, R, S> {
    pub(super) fn new(given: &'a Given<'a, R>, read: &'a [R], da: &'a [R], d_first: [&'a [R]; 2]) -> Self {
        Self { given, read, da, d_first, step: PhantomData }
    }

    /// Parts of `∂L/∂a`, as a matrix of `B·T` rows.
    fn da(&self, part: usize, parts: usize) -> Mat<'a, R> {
        let Sizes { hidden, .. } = self.given.sizes;
        let rows = self.given.x().rows;
        Mat::strided(self.da.get(part * hidden..).unwrap_or(&[]), rows, parts * hidden, S::SAVED * hidden)
    }

    /// `dx += da·Wᵀ`
    pub fn add_x(&self, dx: &mut [R]) {
        for c in S::INPUT {
            let (da, w) = (self.da(c.to, c.gates), self.given.columns::<S>(self.given.w, c));
            gemm::add_product(da, w.t(), MatMut::new(dx, da.rows, w.rows));
        }
    }

    /// `dW += xᵀ·da`
    pub fn add_w(&self, dw: &mut [R]) {
        let hidden = self.given.sizes.hidden;
        for c in S::INPUT {
            let (x, da) = (self.given.x(), self.da(c.to, c.gates));
            let dw = dw.get_mut(c.from * hidden..).unwrap_or_default();
            gemm::add_product(x.t(), da, MatMut::strided(dw, x.cols, da.cols, S::GATES * hidden));
        }
    }

    /// `dU += Σ_t h_{t−1}ᵀ·da_t`
    pub fn add_u(&self, du: &mut [R]) {
        let hidden = self.given.sizes.hidden;
        for (phase, c) in S::RECURRENT.iter().enumerate() {
            let da = self.da(c.to, c.gates);
            let read = self.read.get(phase * hidden..).unwrap_or(&[]);
            let read = Mat::strided(read, da.rows, hidden, S::READS * hidden);
            let du = du.get_mut(c.from * hidden..).unwrap_or_default();
            gemm::add_product(read.t(), da, MatMut::strided(du, hidden, da.cols, S::GATES * hidden));
        }
    }

    /// `db_x += Σ da` over the parts of `a` that `x·W` is added to.
    pub fn add_b_x(&self, db: &mut [R]) {
        let hidden = self.given.sizes.hidden;
        S::INPUT.iter().for_each(|c| self.add_rows(c.to, &mut db[c.from * hidden..][..c.gates * hidden]));
    }

    /// `db_h += Σ da` over the parts of `a` that `h·U` is added to: the first ones.
    pub fn add_b_h(&self, db: &mut [R]) {
        self.add_rows(0, db);
    }

    fn add_rows(&self, part: usize, db: &mut [R]) {
        let hidden = self.given.sizes.hidden;
        for da in self.da.chunks_exact((S::SAVED * hidden).max(1)) {
            elementwise::add_map(&da[part * hidden..][..db.len()], db, |da| da);
        }
    }

    /// The gradient of `h` before the first step.
    pub fn add_h_0(&self, dh: &mut [R]) {
        elementwise::add_map(self.d_first[0], dh, |d| d);
    }

    /// The gradient of `c` before the first step.
    pub fn add_c_0(&self, dc: &mut [R]) {
        elementwise::add_map(self.d_first[1], dc, |d| d);
    }
}
