//! The numbers that machines compute with.

use super::{Real, exponential, logarithm};
use crate::simd::Kernel;

macro_rules! machine_float {
    ($float:ident, $on:ident) => {
        impl Real for $float {
            const COMPILED: bool = true;

            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                x as $float
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                $float::mul_add(self, a, b)
            }
            #[inline(always)]
            fn exp(self) -> Self {
                exponential::exp(self)
            }
            #[inline(always)]
            fn exp_m1(self) -> Self {
                exponential::exp_m1(self)
            }
            #[inline(always)]
            fn ln(self) -> Self {
                logarithm::ln(self)
            }
            #[inline(always)]
            fn ln_1p(self) -> Self {
                logarithm::ln_1p(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $float::sqrt(self)
            }
            #[inline(always)]
            fn tanh(self) -> Self {
                exponential::tanh(self)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $float::abs(self)
            }
            #[inline(always)]
            fn sin(self) -> Self {
                $float::sin(self)
            }
            #[inline(always)]
            fn cos(self) -> Self {
                $float::cos(self)
            }
            #[inline(always)]
            fn sigmoid(self) -> Self {
                exponential::sigmoid(self)
            }
            #[inline(always)]
            fn softplus(self) -> Self {
                exponential::softplus(self)
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                $float::is_nan(self)
            }
            #[inline(always)]
            fn vectorise<K: Kernel<Self>>(kernel: K) -> K::Output {
                crate::simd::dispatch(crate::simd::$on(kernel))
            }
        }
    };
}

machine_float!(f32, OnF32);
machine_float!(f64, OnF64);
