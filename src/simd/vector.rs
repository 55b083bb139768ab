//! A vector of numbers in a register.

use std::ops::{Add, Mul};

use pulp::{Simd, WithSimd};

/// The vectors of one instruction set for numbers of type `R`. A value of this type is the proof that
/// the machine has them.
pub trait Vector<R: Copy>: Copy + Send + Sync {
    /// One register full of numbers.
    type Lanes: Copy;
    /// Numbers in a register.
    const LANES: usize;
    /// Registers that the instruction set has.
    const REGISTERS: usize;

    /// `x` in every lane.
    fn splat(self, x: R) -> Self::Lanes;
    /// A slice as whole vectors, and the rest.
    fn split(x: &[R]) -> (&[Self::Lanes], &[R]);
    /// The same, to write to.
    fn split_mut(x: &mut [R]) -> (&mut [Self::Lanes], &mut [R]);
    /// `a·b + c` in every lane; rounded once where the instruction set can.
    fn mul_add(self, a: Self::Lanes, b: Self::Lanes, c: Self::Lanes) -> Self::Lanes;
    /// The sum of all lanes: those of one half and of the other in pairs, until one is left.
    fn sum(self, lanes: Self::Lanes) -> R;
    /// As many lanes as `x` is long, the others 0. At most [`LANES`](Self::LANES).
    fn load_first(self, x: &[R]) -> Self::Lanes;
    /// As many lanes as `x` is long.
    fn store_first(self, x: &mut [R], lanes: Self::Lanes);
    /// Runs `kernel` as a function of its own, with registers of its own.
    fn call<K: Kernel<R>>(self, kernel: K) -> K::Output;
}

/// Code over vectors of any width: one source, compiled once per instruction set.
pub trait Kernel<R: Copy> {
    /// What it returns.
    type Output;
    /// The code. Mark it, and what it calls, `#[inline(always)]`.
    fn run<V: Vector<R>>(self, v: V) -> Self::Output;
}

/// A vector of one number, of any type.
#[derive(Clone, Copy, Debug)]
pub struct One;

impl<R: Copy + Send + Sync + Mul<Output = R> + Add<Output = R>> Vector<R> for One {
    type Lanes = R;
    const LANES: usize = 1;
    const REGISTERS: usize = 16;

    #[inline(always)]
    fn splat(self, x: R) -> R {
        x
    }
    #[inline(always)]
    fn split(x: &[R]) -> (&[R], &[R]) {
        (x, &[])
    }
    #[inline(always)]
    fn split_mut(x: &mut [R]) -> (&mut [R], &mut [R]) {
        (x, &mut [])
    }
    #[inline(always)]
    fn mul_add(self, a: R, b: R, c: R) -> R {
        a * b + c
    }
    #[inline(always)]
    fn sum(self, lanes: R) -> R {
        lanes
    }
    #[inline(always)]
    fn load_first(self, x: &[R]) -> R {
        x[0]
    }
    #[inline(always)]
    fn store_first(self, x: &mut [R], lanes: R) {
        x[0] = lanes;
    }
    #[inline(never)]
    fn call<K: Kernel<R>>(self, kernel: K) -> K::Output {
        kernel.run(self)
    }
}

macro_rules! machine_vectors {
    ($float:ident $vectors:ident $on:ident: $lanes:ident $count:ident $splat:ident $split:ident $split_mut:ident $fma:ident $sum:ident $load:ident $store:ident) => {
        /// The vectors of `S` for this type of number.
        #[derive(Clone, Copy)]
        pub struct $vectors<S>(S);

        impl<S: Simd> Vector<$float> for $vectors<S> {
            type Lanes = S::$lanes;
            const LANES: usize = S::$count;
            const REGISTERS: usize = S::REGISTER_COUNT;

            #[inline(always)]
            fn splat(self, x: $float) -> S::$lanes {
                self.0.$splat(x)
            }
            #[inline(always)]
            fn split(x: &[$float]) -> (&[S::$lanes], &[$float]) {
                S::$split(x)
            }
            #[inline(always)]
            fn split_mut(x: &mut [$float]) -> (&mut [S::$lanes], &mut [$float]) {
                S::$split_mut(x)
            }
            #[inline(always)]
            fn mul_add(self, a: S::$lanes, b: S::$lanes, c: S::$lanes) -> S::$lanes {
                self.0.$fma(a, b, c)
            }
            #[inline(always)]
            fn sum(self, lanes: S::$lanes) -> $float {
                self.0.$sum(lanes)
            }
            #[inline(always)]
            fn load_first(self, x: &[$float]) -> S::$lanes {
                self.0.$load(x)
            }
            #[inline(always)]
            fn store_first(self, x: &mut [$float], lanes: S::$lanes) {
                self.0.$store(x, lanes);
            }
            #[inline(never)]
            fn call<K: Kernel<$float>>(self, kernel: K) -> K::Output {
                self.0.vectorize($on(kernel))
            }
        }

        /// A kernel over numbers of this type, as what `pulp` can dispatch.
        pub(crate) struct $on<K>(pub K);

        impl<K: Kernel<$float>> WithSimd for $on<K> {
            type Output = K::Output;
            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) -> K::Output {
                self.0.run($vectors(simd))
            }
        }
    };
}

machine_vectors!(f32 F32Vectors OnF32: f32s F32_LANES splat_f32s as_simd_f32s as_mut_simd_f32s mul_add_e_f32s reduce_sum_f32s partial_load_f32s partial_store_f32s);
machine_vectors!(f64 F64Vectors OnF64: f64s F64_LANES splat_f64s as_simd_f64s as_mut_simd_f64s mul_add_e_f64s reduce_sum_f64s partial_load_f64s partial_store_f64s);
