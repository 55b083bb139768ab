//! All steps at once, for cells that are linear in their state

use super::complex::Complex;
use crate::nn::cells::check;
use crate::nn::{Cell, Way};
use crate::real::Real;
use crate::tape::{Tape, Var};

/// `h_t = a_t⊙h_{t−1} + b_t`, `[B, T, H]`, with `a` `[B, T, H]` or `[H]`. At a masked step `a` is 1 and `b` 0: `h` stays.
#[track_caller]
pub(super) fn scan<'t, R: Real>(
    a: Var<'t, R>,
    b: Var<'t, R>,
    h_0: Var<'t, R>,
    way: Way<'t, R>,
) -> Var<'t, R> {
    masked(a, 1.0, b, way).scan(masked(b, 0.0, b, way), h_0, way.reverse)
}

/// The same for complex numbers.
#[track_caller]
pub(super) fn scan_complex<'t, R: Real>(
    a: Complex<'t, R>,
    b: Complex<'t, R>,
    h_0: Complex<'t, R>,
    way: Way<'t, R>,
) -> Complex<'t, R> {
    let a = [masked(a.re, 1.0, b.re, way), masked(a.im, 0.0, b.re, way)];
    let b = [b.re, b.im].map(|part| masked(part, 0.0, part, way));
    let [re, im] = Var::scan_complex(a, b, [h_0.re, h_0.im], way.reverse);
    Complex { re, im }
}

/// `y_t`, or at a masked step that of the step before: what the loop does with an output of which the next step reads nothing.
#[track_caller]
pub(super) fn hold<'t, R: Real>(y: Var<'t, R>, y_0: Var<'t, R>, way: Way<'t, R>) -> Var<'t, R> {
    if way.mask.is_none() { y } else { scan(y.tape().zeros(y.shape()), y, y_0, way) }
}

/// `p_{t−1}` `[B, T, H]`, from all `p_t` and `p_0` `[B, H]`.
#[track_caller]
pub(super) fn before<'t, R: Real>(p: Var<'t, R>, p_0: Var<'t, R>, way: Way<'t, R>) -> Var<'t, R> {
    let steps = p.shape().sizes()[1];
    if steps == 0 {
        return p;
    }
    let first = p_0.reshape(p_0.shape().with_axis(1, 1));
    let others = p.slice(1, usize::from(way.reverse), steps - 1);
    p.tape().concat(1, &if way.reverse { [others, first] } else { [first, others] })
}

/// `p_T` `[B, H]`, or `p_0` if there are no steps.
#[track_caller]
pub(super) fn last<'t, R: Real>(p: Var<'t, R>, p_0: Var<'t, R>, way: Way<'t, R>) -> Var<'t, R> {
    way.steps(p.shape().sizes()[1]).last().map_or(p_0, |t| p.select(1, t))
}

/// `x`, of the shape of `like`, or the same at all its steps; at masked steps `value` instead.
#[track_caller]
fn masked<'t, R: Real>(x: Var<'t, R>, value: f64, like: Var<'t, R>, way: Way<'t, R>) -> Var<'t, R> {
    let Some(mask) = way.mask else { return x };
    let shape = like.shape();
    let x = if x.shape() == shape { x } else { x.expand(shape) };
    mask.select_rows(x, x.tape().zeros(shape) + value)
}

/// Each number `n` times, one behind the other: `[.., H]` becomes `[.., H·n]`.
#[track_caller]
pub(super) fn repeat<R: Real>(x: Var<'_, R>, n: usize) -> Var<'_, R> {
    let (shape, axes) = (x.shape(), x.shape().rank());
    let each = x.reshape(shape.with_axis(axes, 1)).expand(shape.with_axis(axes, n));
    each.reshape(shape.with_size(axes - 1, shape.last() * n))
}

/// All numbers `h` times, one copy behind the other: `[.., N]` becomes `[.., h·N]`.
#[track_caller]
pub(super) fn repeat_all<R: Real>(x: Var<'_, R>, h: usize) -> Var<'_, R> {
    let (shape, axis) = (x.shape(), x.shape().rank() - 1);
    let each = x.reshape(shape.with_axis(axis, 1)).expand(shape.with_axis(axis, h));
    each.reshape(shape.with_size(axis, h * shape.last()))
}

/// The sum of every `n` numbers: `[.., H·n]` becomes `[.., H]`.
#[track_caller]
pub(super) fn sum_every<R: Real>(x: Var<'_, R>, n: usize) -> Var<'_, R> {
    let (shape, axes) = (x.shape(), x.shape().rank());
    x.reshape(shape.with_size(axes - 1, shape.last() / n).with_axis(axes, n)).sum_axis(axes)
}

/// A linear system with a diagonal matrix, `x_t = Λ̄⊙x_{t−1} + B̄·v_t` and `y_t = c(x_t, v_t)`: it is a cell with the state `y` `[B, H]`, `Re x` and
/// `Im x` `[B, N]`.
pub(super) trait System {
    /// The cell's, for messages.
    const NAME: &'static str;

    /// `I`, `N` and `H`.
    fn sizes(&self) -> [usize; 3];

    /// `v` of the input, of one step or of all: the input itself, unless a system says otherwise.
    #[track_caller]
    fn drive<'t, R: Real>(&self, u: Var<'t, R>) -> Var<'t, R> {
        u
    }

    /// `ln Λ̄` `[N]`.
    fn exponent<'t, R: Real>(&self, tape: &'t Tape<'t, R>) -> Complex<'t, R>;

    /// `B̄·v` `[.., N]`, given `ln Λ̄`.
    #[track_caller]
    fn driven<'t, R: Real>(&self, v: Var<'t, R>, exponent: Complex<'t, R>) -> Complex<'t, R>;

    /// `y` `[.., H]`.
    #[track_caller]
    fn output<'t, R: Real>(&self, x: Complex<'t, R>, v: Var<'t, R>) -> Var<'t, R>;
}

impl<S: System> Cell for S {
    /// `y` `[B, H]`, and `Re x` and `Im x` `[B, N]`.
    type State<'t, R: Real> = [Var<'t, R>; 3];

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> [Var<'t, R>; 3] {
        let [_, n, h] = self.sizes();
        [h, n, n].map(|size| tape.zeros([batch, size]))
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, u_t: Var<'t, R>, [_, re, im]: [Var<'t, R>; 3]) -> [Var<'t, R>; 3] {
        let [inputs, n, _] = self.sizes();
        check(Self::NAME, u_t, inputs, &[("the state Re x", re, n), ("the state Im x", im, n)]);
        let (v, exponent) = (self.drive(u_t), self.exponent(u_t.tape()));
        let driven = self.driven(v, exponent);
        let x = exponent.exp().expand(driven.re.shape()) * Complex { re, im } + driven;
        let (re, im) = (x.re.named("x_re"), x.im.named("x_im"));
        [self.output(x, v), re, im]
    }

    #[track_caller]
    fn at_once<'t, R: Real>(
        &self,
        u: Var<'t, R>,
        [y_0, re, im]: [Var<'t, R>; 3],
        way: Way<'t, R>,
    ) -> Option<(Var<'t, R>, [Var<'t, R>; 3])> {
        let (v, exponent) = (self.drive(u), self.exponent(u.tape()));
        let x = scan_complex(exponent.exp(), self.driven(v, exponent), Complex { re, im }, way);
        let y = hold(self.output(x, v), y_0, way);
        Some((y, [last(y, y_0, way), last(x.re, re, way), last(x.im, im, way)]))
    }
}
