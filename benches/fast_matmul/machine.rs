//! What the machine could do: the floor under the time of every step.

use std::hint::black_box;

use tapeloop::Real;
use tapeloop::simd::{Kernel, Vector};

/// Sums that do not wait for one another. Two units with a latency of four cycles need eight.
const SUMS: usize = 12;
/// Multiply–adds for each sum of one call: some 0.1 ms.
const TURNS: usize = 1 << 15;

/// Fused multiply–adds on registers, and nothing else. Returns how many floating-point operations.
pub fn fma_peak<R: Real>() -> f64 {
    R::vectorise(Fma)
}

struct Fma;

impl<R: Real> Kernel<R> for Fma {
    type Output = f64;

    #[inline(always)]
    fn run<V: Vector<R>>(self, v: V) -> f64 {
        // x ← 0.999·x + 0.001 stays near 1, far from overflow and from denormals.
        let number = |x: f64| v.splat(black_box(R::from_f64(x)));
        let (a, b) = (number(0.999), number(0.001));
        let mut sums: [V::Lanes; SUMS] = std::array::from_fn(|i| number(i as f64));
        for _ in 0..TURNS {
            for sum in &mut sums {
                *sum = v.mul_add(*sum, a, b);
            }
        }
        black_box(sums);
        (2 * V::LANES * SUMS * TURNS) as f64
    }
}

/// Reads `data` from its beginning to its end, `times` times.
pub fn read(data: &[f32], times: usize) {
    f32::vectorise(Read(data, times));
}

struct Read<'a>(&'a [f32], usize);

impl Kernel<f32> for Read<'_> {
    type Output = ();

    #[allow(clippy::needless_range_loop)]
    #[inline(always)]
    fn run<V: Vector<f32>>(self, v: V) {
        let one = v.splat(black_box(1.0));
        let mut sums = [v.splat(0.0); 8];
        for _ in 0..self.1 {
            for eight in V::split(black_box(self.0)).0.chunks_exact(8) {
                for i in 0..8 {
                    sums[i] = v.mul_add(eight[i], one, sums[i]);
                }
            }
        }
        black_box(sums);
    }
}
