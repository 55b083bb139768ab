//! The gradients of what all steps share.

use std::marker::PhantomData;
use std::ops::Range;

use rayon::prelude::*;

use super::blocks::add_back;
use super::step::Step;
use super::{Given, Sizes};
use crate::kernels::gemm::{self, Right};
use crate::kernels::profile::{Laps, Part};
use crate::kernels::{Mat, MatMut, bulk, elementwise};
use crate::real::Real;

/// Biases whose sums a thread takes at a time: sixteen cache lines or more of each row of `∂L/∂a`.
const COLUMNS: usize = 256;

/// Where the part that a block of steps has in the gradients of `x`, weights and biases can be had, each *added* to what is there.
pub struct Gradient<'a, R, S> {
    given: &'a Given<'a, R>,
    /// `Wᵀ`
    w: &'a [Right<'a, R>; 2],
    block: &'a Range<usize>,
    /// The inputs of the block `[rows, I]`, if it isn't all there is; else empty.
    x: &'a mut [R],
    /// What was multiplied with `U`. `[rows, H]`, or `[rows, 2·H]` if there are two products
    read: &'a [R],
    /// `∂L/∂a` `[rows, SUMS·H]`
    da: &'a [R],
    step: PhantomData<S>,
}

impl<'a, R: Real, S: Step<R>> Gradient<'a, R, S> {
    pub(super) fn new(
        given: &'a Given<'a, R>,
        w: &'a [Right<'a, R>; 2],
        block: &'a Range<usize>,
        x: &'a mut [R],
        [read, da]: [&'a [R]; 2],
    ) -> Self {
        Self { given, w, block, x, read, da, step: PhantomData }
    }

    /// A row for each sequence and step.
    fn rows(&self) -> usize {
        self.given.sizes.batch * self.block.len()
    }

    /// Parts of `∂L/∂a`.
    fn da(&self, part: usize, parts: usize) -> Mat<'a, R> {
        let Sizes { hidden, .. } = self.given.sizes;
        let from = self.da.get(part * hidden..).unwrap_or(&[]);
        Mat::strided(from, self.rows(), parts * hidden, S::SUMS * hidden)
    }

    /// `dW += xᵀ·da`
    pub fn add_w(&self, dw: &mut [R]) {
        let (Sizes { inputs, hidden, .. }, mut laps) = (self.given.sizes, Laps::start(1));
        let x = if self.x.is_empty() { self.given.x } else { &*self.x };
        let x = Mat::new(x, self.rows(), inputs);
        for c in S::INPUT {
            let da = self.da(c.to, c.gates);
            let dw = dw.get_mut(c.from * hidden..).unwrap_or_default();
            gemm::add_product(x.t(), da, MatMut::strided(dw, inputs, da.cols, S::GATES * hidden));
        }
        laps.lap(Part::Weights);
    }

    /// `dx += da·Wᵀ`. It comes last, and takes the place of `x`.
    pub fn add_x(self, dx: &mut [R]) {
        let (Sizes { steps, inputs, .. }, rows, mut laps) = (self.given.sizes, self.rows(), Laps::start(1));
        let all_there_is = self.x.is_empty();
        for (i, (c, w)) in S::INPUT.iter().zip(self.w).enumerate() {
            let da = self.da(c.to, c.gates);
            let to = MatMut::new(if all_there_is { &mut *dx } else { &mut *self.x }, rows, inputs);
            if all_there_is || i > 0 {
                gemm::add_product(da, *w, to);
            } else {
                gemm::product(da, *w, to);
            }
        }
        if !all_there_is {
            add_back(self.x, self.block, inputs, dx, steps);
        }
        laps.lap(Part::Input);
    }

    /// `dU += Σ_t h_{t−1}ᵀ·da_t`
    pub fn add_u(&self, du: &mut [R]) {
        let (hidden, reads, mut laps) = (self.given.sizes.hidden, S::RECURRENT.len(), Laps::start(1));
        for (phase, c) in S::RECURRENT.iter().enumerate() {
            let da = self.da(c.to, c.gates);
            let read = Mat::strided(&self.read[phase * hidden..], da.rows, hidden, reads * hidden);
            let du = du.get_mut(c.from * hidden..).unwrap_or_default();
            gemm::add_product(read.t(), da, MatMut::strided(du, hidden, da.cols, S::GATES * hidden));
        }
        laps.lap(Part::Weights);
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
        let (hidden, mut laps) = (self.given.sizes.hidden, Laps::start(1));
        let columns = |(i, db): (usize, &mut [R])| {
            for da in self.da.chunks_exact((S::SUMS * hidden).max(1)) {
                elementwise::add_map(&da[part * hidden + i * COLUMNS..][..db.len()], db, |da| da);
            }
        };
        if bulk::is_for_one(self.da.len()) {
            db.chunks_mut(COLUMNS).enumerate().for_each(columns);
        } else {
            db.par_chunks_mut(COLUMNS).enumerate().for_each(columns);
        }
        laps.lap(Part::Weights);
    }
}
