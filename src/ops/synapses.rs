//! `y[b, j] = Σᵢ w[i, j]·σ(s[i, j]·(v[b, i] − m[i, j]))`: what chemical synapses let through

use std::ops::Range;

use super::{Backward, Forward, Inputs, Rule};
use crate::kernels::{elementwise, reduce};
use crate::real::Real;
use crate::simd;
use crate::tensor::Shape;

/// From `v` `[B, I]`, and `w`, `s`, `m`, `e` `[I, H]`, one of each for every synapse: with `o[b, i, j] = σ(s[i, j]·(v[b, i] − m[i, j]))`,
/// how far it is open,
///
/// ```text
/// y[b, j] = Σᵢ w[i, j]·o[b, i, j]                the conductance of all synapses of j
/// y[b, H + j] = Σᵢ e[i, j]·w[i, j]·o[b, i, j]    and each times where it pulls to
/// ```
///
/// The `B·I·H` numbers `o` are not kept, but computed again on the way back.
#[derive(Clone, Copy, Debug)]
pub struct Synapses;

/// As many synapses as are computed at once on the way back.
const RUN: usize = 64;

/// The synapses from one source `i`, or a run of them, for one row `b`.
#[derive(Clone, Copy)]
struct Source<'a, R> {
    b: usize,
    i: usize,
    v: R,
    w: &'a [R],
    s: &'a [R],
    m: &'a [R],
    e: &'a [R],
}

impl<'a, R: Real> Source<'a, R> {
    fn part(self, j: Range<usize>) -> Self {
        let [w, s, m, e] = [self.w, self.s, self.m, self.e].map(|all| &all[j.clone()]);
        Self { w, s, m, e, ..self }
    }

    /// `o[b, i, j]`
    #[inline(always)]
    fn open(&self, j: usize) -> R {
        (self.s[j] * (self.v - self.m[j])).sigmoid()
    }

    /// Adds what the synapses let through.
    fn add_to(self, conductance: &mut [R], pull: &mut [R]) {
        #[inline(always)]
        fn all<R: Real>(source: Source<'_, R>, conductance: &mut [R], pull: &mut [R]) {
            let n = conductance.len();
            let (source, pull) = (source.part(0..n), &mut pull[..n]);
            for j in 0..n {
                let let_through = source.w[j] * source.open(j);
                conductance[j] += let_through;
                pull[j] += source.e[j] * let_through;
            }
        }
        simd::run(
            #[inline(always)]
            move || all(self, conductance, pull),
        );
    }

    /// Of a run: `da`, and what is added to `dw` and `de`.
    fn slopes(self, dy: &'a [R], dpull: &'a [R]) -> [[R; RUN]; 3] {
        simd::run(
            #[inline(always)]
            move || {
                let [mut da, mut dw, mut de] = [[R::ZERO; RUN]; 3];
                let n = dy.len().min(RUN);
                let (source, dy, dpull) = (self.part(0..n), &dy[..n], &dpull[..n]);
                for j in 0..n {
                    let (o, g) = (source.open(j), dy[j] + source.e[j] * dpull[j]);
                    da[j] = g * source.w[j] * o * (R::ONE - o);
                    dw[j] = g * o;
                    de[j] = dpull[j] * source.w[j] * o;
                }
                [da, dw, de]
            },
        )
    }
}

/// Visits each row and source.
fn sources<'a, R: Real>(x: Inputs<'a, R>, mut visit: impl FnMut(Source<'a, R>)) {
    let (inputs, h) = (x.shape(0).last(), x.shape(1).last());
    for (n, &v) in x.value(0).iter().enumerate() {
        let (b, i) = (n / inputs, n % inputs);
        let [w, s, m, e] = [1, 2, 3, 4].map(|input| &x.value(input)[i * h..][..h]);
        visit(Source { b, i, v, w, s, m, e });
    }
}

impl<R: Real> Rule<R> for Synapses {
    fn name(&self) -> &'static str {
        "synapses"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (v, w) = (x.shape(0), x.shape(1));
        assert!(
            v.rank() == 2 && w.rank() == 2 && v.last() == w.rows(),
            "synapses: v of shape {v}, w of shape {w}"
        );
        for (i, name) in [(2, "s"), (3, "m"), (4, "e")] {
            let given = x.shape(i);
            assert!(given == w, "synapses: {name} has shape {given}, not {w}");
        }
        Shape::from([v.rows(), 2 * w.last()])
    }

    fn forward(&self, at: Forward<'_, R>) {
        let h = at.x.shape(1).last();
        at.y.fill(R::ZERO);
        sources(at.x, |source| {
            let (conductance, pull) = at.y[source.b * 2 * h..][..2 * h].split_at_mut(h);
            source.add_to(conductance, pull);
        });
    }

    // With g = dy[b, j] + e[i, j]·dy[b, H + j], what w·o gets of both sums: dw = Σ_b g·o, and de = Σ_b dy[b, H + j]·w·o. Before σ it
    // is da = g·w·o·(1 − o), of a = s·(v − m): dv = Σ_j da·s, ds = Σ_b da·(v − m), dm = −Σ_b da·s.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (all_dy, inputs, h) = (at.dy, at.x.shape(0).last(), at.x.shape(1).last());
        sources(at.x, |source| {
            let (dy, dpull) = all_dy[source.b * 2 * h..][..2 * h].split_at(h);
            for from in (0..h).step_by(RUN) {
                let to = h.min(from + RUN);
                let run = source.part(from..to);
                let Source { b, i, v, s, m, .. } = run;
                let [da, dw, de] = run.slopes(&dy[from..to], &dpull[from..to]);
                let [da, dw, de] = [&da, &dw, &de].map(|run| &run[..to - from]);
                let here = i * h + from..i * h + to;
                if let Some(dv) = at.grad(0) {
                    dv[b * inputs + i] += reduce::sum_zip(da, s, |da, s| da * s);
                }
                for (input, terms) in [(1, dw), (4, de)] {
                    if let Some(sum) = at.grad(input) {
                        elementwise::add_map(terms, &mut sum[here.clone()], |term| term);
                    }
                }
                if let Some(ds) = at.grad(2) {
                    elementwise::add_zip(da, m, &mut ds[here.clone()], move |da, m| da * (v - m));
                }
                if let Some(dm) = at.grad(3) {
                    elementwise::add_zip(da, s, &mut dm[here.clone()], |da, s| -da * s);
                }
            }
        });
    }
}
