//! Complex numbers on the tape: two variables, with the rules of arithmetic

use std::ops::{Add, Div, Mul};

use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Param, Shape};

/// `re + i·im`
#[derive(Clone, Copy)]
pub(super) struct Complex<'t, R: Real> {
    /// The real part.
    pub re: Var<'t, R>,
    /// The imaginary part, of the same shape.
    pub im: Var<'t, R>,
}

impl<'t, R: Real> Complex<'t, R> {
    /// Weights, of which both parts are parameters.
    pub(super) fn param(tape: &'t Tape<'t, R>, [re, im]: [Param; 2]) -> Self {
        Self { re: tape.param(re), im: tape.param(im) }
    }

    /// The same done to both parts, if it is linear.
    pub(super) fn map(self, f: impl Fn(Var<'t, R>) -> Var<'t, R>) -> Self {
        Self { re: f(self.re), im: f(self.im) }
    }

    /// The same numbers for every row of a larger shape.
    #[track_caller]
    pub(super) fn expand(self, shape: Shape) -> Self {
        self.map(|part| part.expand(shape))
    }

    /// `r·z`, with `r` real.
    #[track_caller]
    pub(super) fn scale(self, r: Var<'t, R>) -> Self {
        self.map(|part| r * part)
    }

    /// `Re(z·w)`, number by number.
    #[track_caller]
    pub(super) fn real_product(self, w: Self) -> Var<'t, R> {
        self.re * w.re - self.im * w.im
    }

    /// `Re(z·W)`, with a matrix `W`.
    #[track_caller]
    pub(super) fn real_matmul(self, w: Self) -> Var<'t, R> {
        self.re.matmul(w.re) - self.im.matmul(w.im)
    }

    /// `e^(a + ib) = eᵃ·(cos b + i·sin b)`
    pub(super) fn exp(self) -> Self {
        let length = self.re.exp();
        Self { re: length * self.im.cos(), im: length * self.im.sin() }
    }

    /// `e^z − 1`, to the last digits near 0: `eᵃ·cos b − 1 = (eᵃ − 1)·cos b − 2·sin²(b/2)`
    pub(super) fn exp_m1(self) -> Self {
        let Self { re: a, im: b } = self;
        let sin_half = (b * 0.5).sin();
        Self { re: a.exp_m1() * b.cos() - 2.0 * sin_half.square(), im: a.exp() * b.sin() }
    }
}

impl<R: Real> Add for Complex<'_, R> {
    type Output = Self;
    #[track_caller]
    fn add(self, z: Self) -> Self {
        Self { re: self.re + z.re, im: self.im + z.im }
    }
}

impl<R: Real> Mul for Complex<'_, R> {
    type Output = Self;
    #[track_caller]
    fn mul(self, z: Self) -> Self {
        Self { re: self.real_product(z), im: self.re * z.im + self.im * z.re }
    }
}

impl<R: Real> Div for Complex<'_, R> {
    type Output = Self;
    /// `w/z = w·z*/|z|²`
    #[track_caller]
    fn div(self, z: Self) -> Self {
        let square = z.re.square() + z.im.square();
        (self * Self { re: z.re, im: -z.im }).map(|part| part / square)
    }
}
