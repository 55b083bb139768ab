//! The product `h·U` of a recurrent net, with a mistake in its chain rule, for chapter 7.

use tapeloop::check::Loss;
use tapeloop::ops::{Backward, Forward, Inputs, Rule};
use tapeloop::{Init, Param, Params, Real, Shape, Tape, Var};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mistake {
    /// Nothing: `dh += dy·Uᵀ`, `dU += hᵀ·dy`.
    None,
    /// Nothing goes to `h`.
    NoState,
    /// `dh += dy·U`
    NotTransposed,
    /// `dU = hᵀ·dy`
    Overwrites,
    /// `dU` is too large by one part in a hundred million.
    Inexact,
    /// `dU` has the right value, made of numbers that don't change with `h`.
    Frozen,
}

/// `y = h·U` with `h` `[B, H]` and `U` `[H, H]`.
#[derive(Debug)]
pub struct Product(pub Mistake);

/// One of each kind, with what to call it.
pub static PRODUCTS: [(&str, Product); 6] = [
    ("none", Product(Mistake::None)),
    ("nothing to h", Product(Mistake::NoState)),
    ("dy·U for dy·Uᵀ", Product(Mistake::NotTransposed)),
    ("= for +=", Product(Mistake::Overwrites)),
    ("dU·(1 + 1e-8)", Product(Mistake::Inexact)),
    ("frozen dU", Product(Mistake::Frozen)),
];

impl<R: Real> Rule<R> for Product {
    fn name(&self) -> &'static str {
        "product"
    }

    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        x.shape(0)
    }

    fn forward(&self, at: Forward<'_, R>) {
        let (h, u, n) = (at.x.value(0), at.x.value(1), at.shape.last());
        for (i, y) in at.y.iter_mut().enumerate() {
            *y = (0..n).fold(R::ZERO, |sum, k| sum + h[i / n * n + k] * u[k * n + i % n]);
        }
    }

    fn vjp(&self, mut at: Backward<'_, R>) {
        let (h, u, dy, n) = (at.x.value(0), at.x.value(1), at.dy, at.shape.last());
        if let Some(dh) = at.grad(0).filter(|_| self.0 != Mistake::NoState) {
            for (i, dh) in dh.iter_mut().enumerate() {
                let weight =
                    |k: usize| if self.0 == Mistake::NotTransposed { (k, i % n) } else { (i % n, k) };
                for k in 0..n {
                    let (row, column) = weight(k);
                    *dh += dy[i / n * n + k] * u[row * n + column];
                }
            }
        }
        let Some(du) = at.grad(1) else { return };
        for (i, du) in du.iter_mut().enumerate() {
            let of_row = |b: usize| (h[b * n + i / n], dy[b * n + i % n]);
            let sum = (0..dy.len() / n).map(of_row).fold(R::ZERO, |sum, (h, dy)| match self.0 {
                Mistake::Frozen => sum + R::from_f64(h.to_f64()) * dy,
                Mistake::Inexact => sum + h * dy * R::from_f64(1.0 + 1e-8),
                _ => sum + h * dy,
            });
            *du = if self.0 == Mistake::Overwrites { sum } else { *du + sum };
        }
    }
}

/// The product by itself, `L = Σ tanh(h·U)`; and, if `twice`, another use of both operands behind it.
pub struct Alone {
    product: &'static Product,
    operands: [Param; 2],
    twice: bool,
}

impl Alone {
    /// With `H` units, and random operands.
    pub fn new(product: &'static Product, units: usize, twice: bool) -> (Self, Params<f64>) {
        let (mut params, uniform) = (Params::new(0), Init::Uniform { low: -1.0, high: 1.0 });
        let operands = [("h", 2), ("u", units)].map(|(name, rows)| params.add(name, [rows, units], uniform));
        (Self { product, operands, twice }, params)
    }
}

impl Loss for Alone {
    fn on<'t, R: Real>(&self, tape: &'t Tape<'t, R>) -> Var<'t, R> {
        let [h, u] = self.operands.map(|operand| tape.param(operand));
        let loss = tape.custom(self.product, &[h, u]).tanh().sum();
        if self.twice { loss + h.square().sum() + u.square().sum() } else { loss }
    }
}

/// The product in an Elman net of three units, `h_t = tanh(x_t·W + h_{t−1}·U)`, `L = Σ_j j·h_Tj`.
pub struct Net {
    product: &'static Product,
    weights: [Param; 2],
    steps: usize,
}

impl Net {
    /// With random weights, for so many steps.
    pub fn new(product: &'static Product, steps: usize) -> (Self, Params<f64>) {
        let (mut params, uniform) = (Params::new(0), Init::Uniform { low: -1.0, high: 1.0 });
        let weights = [("w", 1), ("u", 3)].map(|(name, rows)| params.add(name, [rows, 3], uniform));
        (Self { product, weights, steps }, params)
    }
}

impl Loss for Net {
    fn on<'t, R: Real>(&self, tape: &'t Tape<'t, R>) -> Var<'t, R> {
        let [w, u] = self.weights.map(|weight| tape.param(weight));
        let mut h = tape.zeros([1, 3]);
        for t in 0..self.steps {
            let x = tape.input([1, 1], &[R::from_f64(0.5 + t as f64)]);
            h = (x.matmul(w) + tape.custom(self.product, &[h, u])).tanh();
        }
        (h * tape.input([1, 3], &[1.0, 2.0, 3.0].map(R::from_f64))).sum()
    }
}
