//! What the libraries must be able to do with a type of number.

use pulp::Simd;

use crate::openblas::{CblasGemm, OpenBlas};

/// matrixmultiply's `C = alpha·A·B + beta·C`: M, K, N, alpha, A and its strides, B, beta, C.
#[rustfmt::skip]
type MatrixMultiply<T> = unsafe fn(
    usize, usize, usize, T, *const T, isize, isize, *const T, isize, isize, T, *mut T, isize, isize,
);

/// `f32` or `f64`.
pub trait Number: tapeloop::Real + faer::traits::ComplexField + gemmkit::GemmScalar {
    const NAME: &'static str;
    /// The distance from 1 to the next number.
    const EPSILON: f64;
    const MATRIXMULTIPLY: MatrixMultiply<Self>;

    fn cblas_gemm(openblas: &OpenBlas) -> CblasGemm<Self>;

    /// A register full of them.
    type Lanes<S: Simd>: Copy;
    fn splat<S: Simd>(simd: S, x: Self) -> Self::Lanes<S>;
    fn fma<S: Simd>(simd: S, a: Self::Lanes<S>, b: Self::Lanes<S>, c: Self::Lanes<S>) -> Self::Lanes<S>;
}

macro_rules! number {
    ($t:ident $multiply:ident $cblas:ident $lanes:ident $splat:ident $mul_add:ident) => {
        impl Number for $t {
            const NAME: &'static str = stringify!($t);
            const EPSILON: f64 = $t::EPSILON as f64;
            const MATRIXMULTIPLY: MatrixMultiply<Self> = matrixmultiply::$multiply;

            fn cblas_gemm(openblas: &OpenBlas) -> CblasGemm<Self> {
                openblas.$cblas
            }

            type Lanes<S: Simd> = S::$lanes;
            #[inline(always)]
            fn splat<S: Simd>(simd: S, x: Self) -> S::$lanes {
                simd.$splat(x)
            }
            #[inline(always)]
            fn fma<S: Simd>(simd: S, a: S::$lanes, b: S::$lanes, c: S::$lanes) -> S::$lanes {
                simd.$mul_add(a, b, c)
            }
        }
    };
}

number!(f32 sgemm sgemm f32s splat_f32s mul_add_e_f32s);
number!(f64 dgemm dgemm f64s splat_f64s mul_add_e_f64s);
