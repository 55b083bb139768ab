//! `y[b, j] = Σᵢ w[i, j]·σ(s[i, j]·(v[b, i] − m[i, j]))`: what chemical synapses let through

use super::{Backward, Forward, Inputs, Rule};
use crate::real::Real;
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

/// The inputs of an op, for one row `b` and one source `i`.
struct Source<'a, R> {
    b: usize,
    i: usize,
    v: R,
    w: &'a [R],
    s: &'a [R],
    m: &'a [R],
    e: &'a [R],
}

impl<R: Real> Source<'_, R> {
    /// `o[b, i, j]`
    fn open(&self, j: usize) -> R {
        (self.s[j] * (self.v - self.m[j])).sigmoid()
    }
}

/// Visits each row and source.
fn sources<R: Real>(x: Inputs<'_, R>, mut visit: impl FnMut(Source<'_, R>)) {
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
            for j in 0..h {
                let let_through = source.w[j] * source.open(j);
                conductance[j] += let_through;
                pull[j] += source.e[j] * let_through;
            }
        });
    }

    // With g = dy[b, j] + e[i, j]·dy[b, H + j], what w·o gets of both sums: dw = Σ_b g·o, and de = Σ_b dy[b, H + j]·w·o. Before σ it
    // is da = g·w·o·(1 − o), of a = s·(v − m): dv = Σ_j da·s, ds = Σ_b da·(v − m), dm = −Σ_b da·s.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (x, dy, h) = (at.x, at.dy, at.x.shape(1).last());
        for input in 0..5 {
            let Some(dx) = at.grad(input) else { continue };
            sources(x, |source| {
                let Source { b, i, v, w, s, m, e } = source;
                let (dy, dpull) = dy[b * 2 * h..][..2 * h].split_at(h);
                for j in 0..h {
                    let (o, g) = (source.open(j), dy[j] + e[j] * dpull[j]);
                    let da = g * w[j] * o * (R::ONE - o);
                    let (to, term) = match input {
                        0 => (b * (x.shape(0).last()) + i, da * s[j]),
                        1 => (i * h + j, g * o),
                        2 => (i * h + j, da * (v - m[j])),
                        3 => (i * h + j, -da * s[j]),
                        _ => (i * h + j, dpull[j] * w[j] * o),
                    };
                    dx[to] += term;
                }
            });
        }
    }
}
