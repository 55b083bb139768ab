//! Gradient clipping: a bound for a step where the loss is steep. Pascanu, Mikolov & Bengio 2013.

use std::iter;
use std::ops::Range;

use super::range;
use crate::kernels::{elementwise, reduce};
use crate::real::Real;
use crate::tensor::{Gradients, Params};

/// How gradients are bounded, and by what.
#[doc(alias = "clipnorm")]
#[doc(alias = "clip_grad_norm_")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clip {
    /// Each number on its own: `g ← min(max(g, −c), c)`. Changes the direction.
    ///
    /// TF `clip_by_value`, Keras `clipvalue`, PyTorch `clip_grad_value_`.
    Value(f64),
    /// Each array on its own: `g ← g·c/max(c, ‖g‖)`.
    ///
    /// TF `clip_by_norm`, Keras `clipnorm`.
    Norm(f64),
    /// All arrays as one vector: `g ← g·c/max(c, ‖g‖)`. Keeps the direction. If `‖g‖` is infinite or
    /// NaN, all gradients become NaN.
    ///
    /// TF `clip_by_global_norm`, Keras `global_clipnorm`.
    GlobalNorm(f64),
    /// PyTorch's `clip_grad_norm_`: as `GlobalNorm`, but `g ← g·min(1, c/(‖g‖ + 1e-6))`, and if `‖g‖`
    /// is infinite, finite gradients become 0 and infinite ones NaN.
    PyTorch {
        /// `c`, there `max_norm`.
        max: f64,
        /// The norm, there `norm_type`.
        norm: Norm,
    },
}

/// The size of a vector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Norm {
    /// `Σ |x|`
    L1,
    /// `√Σ x²`
    #[default]
    L2,
    /// `max |x|`
    Max,
}

impl Clip {
    /// Bounds the gradients and returns the norm that it found: for `Value` the largest `|g|`, for
    /// `Norm` the largest norm of an array, otherwise the norm of all. NaN if any gradient is NaN.
    ///
    /// Rows of a table that have no gradient ([`Gradients::touched`]) stay as they are and cost nothing.
    ///
    /// # Panics
    /// If the bound is negative or not finite, or if `grads` don't have the layout of `params`.
    #[track_caller]
    pub fn apply<R: Real>(self, params: &Params<R>, grads: &mut Gradients<R>) -> f64 {
        let (Self::Value(c) | Self::Norm(c) | Self::GlobalNorm(c) | Self::PyTorch { max: c, .. }) = self;
        range::at_least_0("clip", "the bound", c);
        range::same_layout("clip", params, grads);
        let all = 0..grads.flat().len();
        match self {
            Self::Value(_) => {
                let norm = Norm::Max.of_part(grads, all.clone());
                let (low, high) = (R::from_f64(-c), R::from_f64(c));
                let clamp = move |g: R| if g < low { low } else { g };
                let clamp = move |g: R| if g > high { high } else { clamp(g) };
                grads.update_in(all, |g| elementwise::update(g, clamp));
                norm
            }
            Self::Norm(_) => params.iter().fold(0.0, |largest, entry| {
                let norm = Norm::L2.of_part(grads, entry.param.range());
                grads.update_in(entry.param.range(), |g| scale(g, shrink(c, norm)));
                if norm > largest || norm.is_nan() { norm } else { largest }
            }),
            Self::GlobalNorm(_) => {
                let norm = Norm::L2.of_part(grads, all.clone());
                let factor = if norm.is_finite() { shrink(c, norm) } else { f64::NAN };
                grads.update_in(all, |g| scale(g, factor));
                norm
            }
            Self::PyTorch { norm, .. } => {
                let norm = norm.of_part(grads, all.clone());
                grads.update_in(all, |g| scale(g, shrink(c, norm + 1e-6)));
                norm
            }
        }
    }
}

impl Norm {
    /// The norm of `x`; NaN if any number is. Summed in f64, where squares of f32 can't overflow, and
    /// in a fixed order.
    pub fn of<R: Real>(self, x: &[R]) -> f64 {
        self.of_parts(iter::once(x))
    }

    /// The norm of the gradients in this range.
    fn of_part<R: Real>(self, grads: &Gradients<R>, within: Range<usize>) -> f64 {
        self.of_parts(grads.touched_in(within).map(|range| &grads.flat()[range]))
    }

    fn of_parts<'x, R: Real>(self, parts: impl Iterator<Item = &'x [R]>) -> f64 {
        match self {
            Self::L1 => parts.fold(0.0, |sum, x| sum + reduce::sum_map(x, |x| x.to_f64().abs())),
            Self::L2 => {
                parts.fold(0.0, |sum, x| sum + reduce::sum_map(x, |x| x.to_f64() * x.to_f64())).sqrt()
            }
            Self::Max => {
                let larger = |m: R, x: &R| if x.abs() > m || x.is_nan() { x.abs() } else { m };
                parts.flatten().fold(R::ZERO, larger).to_f64()
            }
        }
    }
}

/// `c/max(c, norm)`; NaN if the norm is.
fn shrink(c: f64, norm: f64) -> f64 {
    if norm <= c { 1.0 } else { c / norm }
}

fn scale<R: Real>(g: &mut [R], factor: f64) {
    if factor != 1.0 {
        let factor = R::from_f64(factor);
        elementwise::update(g, move |g| factor * g);
    }
}
