//! The gradients of what all steps share.

use std::marker::PhantomData;
use std::ops::Range;

use rayon::prelude::*;

use super::blocks::add_back;
use super::step::Step;
use super::{Given, Sizes, take};
use crate::kernels::gemm::{self, Right};
use crate::kernels::profile::{Laps, Part};
use crate::kernels::{Mat, MatMut, bulk, elementwise};
use crate::real::Real;
use crate::simd;

/// Biases whose sums a thread takes at a time: sixteen cache lines or more of each row of `∂L/∂a`.
const COLUMNS: usize = 256;

/// The gradients that somebody wants, each to be *added* to.
#[derive(Debug, Default)]
pub struct Wanted<'a, R> {
    /// `∂L/∂x` `[B, T, I]`
    pub x: Option<&'a mut [R]>,
    /// `∂L/∂U` `[H, G·H]`
    pub u: Option<&'a mut [R]>,
    /// `∂L/∂W` `[I, G·H]`
    pub w: Option<&'a mut [R]>,
    /// `∂L/∂b_x` `[G·H]`
    pub b_x: Option<&'a mut [R]>,
    /// `∂L/∂b_h` `[G·H]`
    pub b_h: Option<&'a mut [R]>,
}

impl<'a, R: Real> Wanted<'a, R> {
    /// How long the gradients of the weights are, those that are wanted.
    pub(super) fn lengths(&self) -> [Option<usize>; 4] {
        [&self.u, &self.w, &self.b_x, &self.b_h].map(|d| d.as_ref().map(|d| d.len()))
    }

    /// Gradients of so many numbers that begin at 0, one behind the other.
    pub(super) fn zeros(lengths: [Option<usize>; 4], mut memory: &'a mut [R]) -> Self {
        memory.fill(R::ZERO);
        let [u, w, b_x, b_h] = lengths.map(|length| length.map(|length| take(&mut memory, length)));
        Self { x: None, u, w, b_x, b_h }
    }

    /// Adds others, laid out as [`zeros`](Self::zeros) does.
    pub(super) fn add(&mut self, mut others: &[R]) {
        for d in [&mut self.u, &mut self.w, &mut self.b_x, &mut self.b_h].into_iter().flatten() {
            let (of_this, rest) = others.split_at(d.len());
            elementwise::add_map(of_this, d, |d| d);
            others = rest;
        }
    }
}

/// What a block of steps adds to the gradients of `x`, weights and biases.
pub struct Gradient<'a, R, S> {
    pub given: &'a Given<'a, R>,
    /// `Wᵀ`
    pub w: &'a [Right<'a, R>; 2],
    pub block: &'a Range<usize>,
    /// The rows of the batch that it is about.
    pub batch: Range<usize>,
    /// Their inputs in the block `[rows, I]`, if it isn't all there is; else empty.
    pub x: &'a mut [R],
    /// What was multiplied with `U`. `[rows, H]`, or `[rows, 2·H]` if there are two products
    pub read: &'a [R],
    /// `∂L/∂a` `[rows, SUMS·H]`
    pub da: &'a [R],
    /// Whether another thread does the same meanwhile, for the other half of the batch.
    pub together: bool,
    pub step: PhantomData<S>,
}

impl<'a, R: Real, S: Step<R>> Gradient<'a, R, S> {
    /// Adds it. U first: its gradient is the last that was cleared, and may still be in the cache.
    pub fn add_to(self, wanted: &mut Wanted<'_, R>, dx: &mut [R]) {
        let mut laps = Laps::start(1 + usize::from(self.together));
        if let Some(du) = &mut wanted.u {
            self.add_u(du);
        }
        if let Some(dw) = &mut wanted.w {
            self.add_w(dw);
        }
        if let Some(db) = &mut wanted.b_x {
            let hidden = self.given.sizes.hidden;
            S::INPUT.iter().for_each(|c| self.add_rows(c.to, &mut db[c.from * hidden..][..c.gates * hidden]));
        }
        if let Some(db) = &mut wanted.b_h {
            self.add_rows(0, db); // `h·U` is added to the first parts of `a`
        }
        laps.lap(Part::Weights);
        if !dx.is_empty() {
            self.add_x(dx);
            laps.lap(Part::Input);
        }
    }

    /// Whether no thread is left, or awake, to help.
    fn alone(&self) -> bool {
        let Given { w, u, .. } = self.given;
        let busy = self.together && rayon::current_num_threads() <= 2;
        busy || self.given.alone(self.rows() * (w.len() + u.len()))
    }

    /// A row for each sequence and step.
    fn rows(&self) -> usize {
        self.batch.len() * self.block.len()
    }

    /// Parts of `∂L/∂a`.
    fn da(&self, part: usize, parts: usize) -> Mat<'a, R> {
        let Sizes { hidden, .. } = self.given.sizes;
        let from = self.da.get(part * hidden..).unwrap_or(&[]);
        Mat::strided(from, self.rows(), parts * hidden, S::SUMS * hidden)
    }

    /// `dU += Σ_t h_{t−1}ᵀ·da_t`
    fn add_u(&self, du: &mut [R]) {
        let (hidden, reads) = (self.given.sizes.hidden, S::RECURRENT.len());
        for (phase, c) in S::RECURRENT.iter().enumerate() {
            let da = self.da(c.to, c.gates);
            let read = Mat::strided(&self.read[phase * hidden..], da.rows, hidden, reads * hidden);
            let du = du.get_mut(c.from * hidden..).unwrap_or_default();
            let du = MatMut::strided(du, hidden, da.cols, S::GATES * hidden);
            gemm::add_product_in(read.t(), da.into(), du, self.alone());
        }
    }

    /// `dW += xᵀ·da`
    fn add_w(&self, dw: &mut [R]) {
        let Sizes { steps, inputs, hidden, .. } = self.given.sizes;
        let all = &self.given.x[self.batch.start * steps * inputs..];
        let x = Mat::new(if self.x.is_empty() { all } else { self.x }, self.rows(), inputs);
        for c in S::INPUT {
            let da = self.da(c.to, c.gates);
            let dw = dw.get_mut(c.from * hidden..).unwrap_or_default();
            let dw = MatMut::strided(dw, inputs, da.cols, S::GATES * hidden);
            gemm::add_product_in(x.t(), da.into(), dw, self.alone());
        }
    }

    /// `dx += da·Wᵀ`. It comes last, and takes the place of `x`.
    fn add_x(self, dx: &mut [R]) {
        let (Sizes { steps, inputs, .. }, rows, alone) = (self.given.sizes, self.rows(), self.alone());
        let all_there_is = self.x.is_empty();
        for (i, (c, w)) in S::INPUT.iter().zip(self.w).enumerate() {
            let da = self.da(c.to, c.gates);
            let to = MatMut::new(if all_there_is { &mut *dx } else { &mut *self.x }, rows, inputs);
            if all_there_is || i > 0 {
                gemm::add_product_in(da, *w, to, alone);
            } else {
                gemm::product_in(da, *w, to, alone);
            }
        }
        if !all_there_is {
            add_back(self.x, self.block, inputs, dx, steps, alone);
        }
    }

    /// `db += Σ da` over parts of `a`.
    fn add_rows(&self, part: usize, db: &mut [R]) {
        let hidden = self.given.sizes.hidden;
        let columns = |(i, db): (usize, &mut [R])| {
            let rows = self.da.chunks_exact((S::SUMS * hidden).max(1));
            simd::run(
                #[inline(always)]
                move || {
                    for da in rows {
                        let da = &da[part * hidden + i * COLUMNS..][..db.len()];
                        db.iter_mut().zip(da).for_each(|(db, &da)| *db += da);
                    }
                },
            );
        };
        if self.alone() || bulk::is_for_one(self.da.len(), bulk::VALUES) {
            db.chunks_mut(COLUMNS).enumerate().for_each(columns);
        } else {
            db.par_chunks_mut(COLUMNS).enumerate().for_each(columns);
        }
    }
}
