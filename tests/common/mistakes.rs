//! Ops whose gradients are wrong, each in its own way.

use tapeloop::Shape;
use tapeloop::kernels::gemm::{add_product, product};
use tapeloop::kernels::{Mat, MatMut};
use tapeloop::ops::{Backward, Forward, Inputs, Rule};

/// A mistake in a vector–Jacobian product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mistake {
    None,
    /// One side of the product rule is missing.
    DroppedTerm,
    /// Minus for plus.
    Sign,
    /// Off by one part in 100,000.
    Factor,
    /// One element has its neighbour's slope.
    OneElement,
    /// One element is not a number.
    Nan,
    /// `=` where it should be `+=`.
    Overwrites,
}

/// `y = a·b`, element by element, with a mistake in the gradient by `b`.
#[derive(Debug)]
pub struct Product(pub Mistake);

impl Rule<f64> for Product {
    fn name(&self) -> &'static str {
        "product"
    }

    fn forward(&self, at: Forward<'_, f64>) {
        at.zip(|a, b| a * b);
    }

    fn vjp(&self, mut at: Backward<'_, f64>) {
        at.add_with_both(0, |dy, _a, b| dy * b);
        let (dy, a, mistake) = (at.dy, at.x.value(0), self.0);
        let Some(db) = at.grad(1) else { return };
        for (i, db) in db.iter_mut().enumerate() {
            match mistake {
                Mistake::DroppedTerm => {}
                Mistake::Sign => *db -= dy[i] * a[i],
                Mistake::Factor => *db += dy[i] * a[i] * (1.0 + 1e-5),
                Mistake::OneElement if i == 3 => *db += dy[i] * a[i - 1],
                Mistake::Nan if i == 3 => *db = f64::NAN,
                Mistake::Overwrites => *db = dy[i] * a[i],
                _ => *db += dy[i] * a[i],
            }
        }
    }
}

/// `Y = A·B` of square matrices, with `dA = dY·B` (as is) or the right `dA = dY·Bᵀ`.
#[derive(Debug)]
pub struct SquareMatMul {
    pub forgets_to_transpose: bool,
}

impl Rule<f64> for SquareMatMul {
    fn name(&self) -> &'static str {
        "square_matmul"
    }

    fn shape(&self, x: Inputs<'_, f64>) -> Shape {
        x.same_shape("square_matmul")
    }

    fn forward(&self, at: Forward<'_, f64>) {
        let [a, b] = [0, 1].map(|i| Mat::new(at.x.value(i), at.shape.rows(), at.shape.last()));
        product(a, b, MatMut::new(at.y, a.rows, b.cols));
    }

    fn vjp(&self, mut at: Backward<'_, f64>) {
        let [a, b] = [0, 1].map(|i| Mat::new(at.x.value(i), at.shape.rows(), at.shape.last()));
        let dy = Mat::new(at.dy, at.shape.rows(), at.shape.last());
        if let Some(da) = at.grad(0) {
            add_product(dy, b.t_if(!self.forgets_to_transpose), MatMut::new(da, a.rows, a.cols));
        }
        if let Some(db) = at.grad(1) {
            add_product(a.t(), dy, MatMut::new(db, b.rows, b.cols));
        }
    }
}

/// `y = −x`, with `=` where it should be `+=`.
#[derive(Debug)]
pub struct OverwritingNeg;

impl Rule<f64> for OverwritingNeg {
    fn name(&self) -> &'static str {
        "overwriting_neg"
    }

    fn forward(&self, at: Forward<'_, f64>) {
        at.map(|x| -x);
    }

    fn vjp(&self, mut at: Backward<'_, f64>) {
        let dy = at.dy;
        if let Some(dx) = at.grad(0) {
            dx.iter_mut().zip(dy).for_each(|(dx, dy)| *dx = -dy);
        }
    }
}
