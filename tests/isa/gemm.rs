//! The matrix product on every set of instructions that the machine has, not only on the best.

use crate::common::numbers::all_same;
use crate::common::operands::{Float, Numbers};
use crate::common::products::{Problem, random_problems};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rayon::ThreadPoolBuilder;
use tapeloop::kernels::gemm::Packed;
use tapeloop::simd::{Isa, limit};

/// Every form of some small products.
fn forms_are_right<R: Float>() {
    let mut memory = Packed::default();
    for sizes in [[1, 19, 53], [3, 37, 21], [9, 5, 49], [8, 17, 16], [17, 513, 21], [17, 513, 32]] {
        for problem in [true, false].map(|add| Problem { add, ..Problem::new(sizes) }) {
            let operands = problem.operands::<R>(Numbers::Real, 1);
            let truth = problem.truth(&operands);
            problem.forms().for_each(|problem| problem.check(&truth, &mut memory));
        }
    }
}

/// Bitwise the same for any number of threads. Returned are those that are chains: they are the same on
/// all sets of instructions that round once per term.
fn results<R: Float>() -> Vec<Vec<R>> {
    let mut results = Vec::new();
    for sizes in [[41, 130, 203], [1, 1001, 1100]] {
        let operands = Problem::new(sizes).operands::<R>(Numbers::Real, 1);
        for problem in Problem::new(sizes).some_forms() {
            let with_threads = |threads| {
                let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| problem.run(&operands, &mut Packed::default()))
            };
            let result = with_threads(1);
            all_same(&with_threads(3), &result, &format!("{problem:?} on 3 threads"));
            if problem.is_chain() {
                results.push(result);
            }
        }
    }
    results
}

#[test]
fn every_set_of_instructions_is_right() {
    let _alone = crate::alone();
    let mut fused = None;
    for isa in Isa::available() {
        limit(isa);
        assert_eq!(Isa::current(), isa);
        forms_are_right::<f32>();
        forms_are_right::<f64>();
        random_problems::<f32>(100, 20_000, &mut ChaCha8Rng::seed_from_u64(2));
        random_problems::<f64>(100, 20_000, &mut ChaCha8Rng::seed_from_u64(3));
        let results = (results::<f32>(), results::<f64>());
        if isa == Isa::Scalar {
            continue;
        }
        let first = fused.get_or_insert_with(|| results.clone());
        for (i, (result, first)) in results.0.iter().zip(&first.0).enumerate() {
            all_same(result, first, &format!("{isa:?}, f32, {i}"));
        }
        for (i, (result, first)) in results.1.iter().zip(&first.1).enumerate() {
            all_same(result, first, &format!("{isa:?}, f64, {i}"));
        }
    }
}
