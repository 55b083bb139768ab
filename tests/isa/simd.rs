//! Choosing the instruction set, and what its vectors do.

use crate::common::numbers::whole;
use tapeloop::Real;
use tapeloop::simd::{Isa, Kernel, Vector, limit};

/// Every operation of a vector against a plain loop; returns how many numbers it holds.
struct Operations<R> {
    x: Vec<R>,
}

impl<R: Real> Kernel<R> for Operations<R> {
    type Output = usize;

    fn run<V: Vector<R>>(self, v: V) -> usize {
        let (lanes, len) = (V::LANES, self.x.len());
        let numbers = |vector| {
            let mut numbers = vec![R::ZERO; lanes];
            v.store_first(&mut numbers, vector);
            numbers
        };
        assert_eq!(numbers(v.splat(self.x[0])), vec![self.x[0]; lanes]);

        let (vectors, rest) = V::split(&self.x);
        assert_eq!((vectors.len(), rest), (len / lanes, &self.x[len / lanes * lanes..]));
        for (i, vector) in vectors.iter().enumerate() {
            assert_eq!(numbers(*vector), self.x[i * lanes..][..lanes]);
        }
        let mut copy = vec![R::ZERO; len];
        let (to, to_rest) = V::split_mut(&mut copy);
        to.copy_from_slice(vectors);
        to_rest.copy_from_slice(rest);
        assert_eq!(copy, self.x);

        for count in 1..=lanes {
            let mut expected = self.x[..count].to_vec();
            expected.resize(lanes, R::ZERO);
            assert_eq!(numbers(v.load_first(&self.x[..count])), expected, "{count} of {lanes} loaded");
            let mut stored = vec![R::ONE; count];
            v.store_first(&mut stored, vectors[1]);
            assert_eq!(stored, self.x[lanes..][..count], "{count} of {lanes} stored");
        }

        let sums = numbers(v.mul_add(vectors[0], vectors[1], vectors[2]));
        let at = |i: usize| self.x[i] * self.x[lanes + i] + self.x[2 * lanes + i];
        assert_eq!(sums, (0..lanes).map(at).collect::<Vec<R>>());
        // (1 + ε)(1 − ε) − 1 is −ε² if it is rounded once.
        let epsilon = R::from_f64(1e-5);
        let product = v.mul_add(v.splat(R::ONE + epsilon), v.splat(R::ONE - epsilon), v.splat(-R::ONE));
        let once = (R::ONE + epsilon).mul_add(R::ONE - epsilon, -R::ONE);
        let twice = (R::ONE + epsilon) * (R::ONE - epsilon) - R::ONE;
        assert_ne!(once, twice);
        assert_eq!(numbers(product)[0], if Isa::current() == Isa::Scalar { twice } else { once });

        assert!(V::REGISTERS >= 16);
        lanes
    }
}

/// A kernel that runs another as a function of its own.
struct Nested<R>(Operations<R>);

impl<R: Real> Kernel<R> for Nested<R> {
    type Output = usize;

    fn run<V: Vector<R>>(self, v: V) -> usize {
        v.call(self.0)
    }
}

#[test]
fn every_set_of_instructions_can_be_chosen() {
    let _alone = crate::alone();
    let available: Vec<Isa> = Isa::available().collect();
    assert_eq!(available[0], Isa::Scalar);
    assert!(available.is_sorted_by(|a, b| a < b), "{available:?}");
    assert_eq!(Isa::current(), *available.last().unwrap(), "the widest, unless limited");

    for isa in [Isa::Scalar, Isa::Neon, Isa::Avx2, Isa::Avx512] {
        limit(isa);
        let widest = *available.iter().rev().find(|available| **available <= isa).unwrap();
        assert_eq!(Isa::current(), widest, "limited to {isa:?}");
        let elsewhere = std::thread::spawn(Isa::current).join().unwrap();
        assert_eq!(elsewhere, widest, "on another thread");

        let bytes = match widest {
            Isa::Scalar => 0,
            Isa::Neon => 16,
            Isa::Avx2 => 32,
            Isa::Avx512 => 64,
        };
        let x = whole::<f32>(100, 1);
        assert_eq!(f32::vectorise(Operations { x: x.clone() }), (bytes / 4).max(1), "{isa:?}");
        assert_eq!(f32::vectorise(Nested(Operations { x })), (bytes / 4).max(1), "{isa:?}");
        let x = whole::<f64>(100, 1);
        assert_eq!(f64::vectorise(Operations { x: x.clone() }), (bytes / 8).max(1), "{isa:?}");
        assert_eq!(f64::vectorise(Nested(Operations { x })), (bytes / 8).max(1), "{isa:?}");
    }
}
