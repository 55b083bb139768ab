//! The machine's peak: fused multiply–adds on registers, and nothing else.

use std::hint::black_box;
use std::marker::PhantomData;

use pulp::{Arch, Simd, WithSimd};

use crate::measure::Entrant;
use crate::number::Number;

/// Sums that don't wait for one another. Two units with a latency of four or five cycles need ten; with
/// the factors, twelve fit into the sixteen registers of AVX2.
const CHAINS: usize = 12;
/// Turns of one call: about 2 ms, beside which waking the threads is nothing.
const TURNS: usize = 1 << 20;

/// The peak of the threads of the pool that it is called in.
pub fn entrant<R: Number>(threads: usize) -> Entrant<'static, R> {
    let lanes = Arch::new().dispatch(Lanes(PhantomData::<R>));
    Entrant {
        name: "FMA peak".into(),
        flop: (2 * lanes * CHAINS * TURNS * threads) as f64,
        call: Box::new(|_| {
            rayon::broadcast(|_| Arch::new().dispatch(Chains(PhantomData::<R>)));
        }),
    }
}

struct Lanes<R>(PhantomData<R>);

impl<R: Number> WithSimd for Lanes<R> {
    type Output = usize;

    fn with_simd<S: Simd>(self, _: S) -> usize {
        size_of::<R::Lanes<S>>() / size_of::<R>()
    }
}

struct Chains<R>(PhantomData<R>);

impl<R: Number> WithSimd for Chains<R> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let constant = |x| R::splat(simd, black_box(tapeloop::Real::from_f64(x)));
        // x ← 0.999·x + 0.001 stays near 1, far from overflow and from denormals.
        let (a, b) = (constant(0.999), constant(0.001));
        let mut sums: [R::Lanes<S>; CHAINS] = std::array::from_fn(|i| constant(i as f64));
        for _ in 0..TURNS {
            for sum in &mut sums {
                *sum = R::fma(simd, *sum, a, b);
            }
        }
        black_box(sums);
    }
}
