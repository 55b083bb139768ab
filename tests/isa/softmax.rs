//! Softmax, its logarithm and the maximum of a row against their definitions, for rows of every length around a
//! vector and around a block, and on every instruction set.

use crate::common::numbers::real;
use tapeloop::Real;
use tapeloop::kernels::{reduce, softmax};
use tapeloop::simd::{self, Isa};

/// Against sums in `f64` with the functions of the standard library; `tolerance` is relative to 1 + |result|.
fn rows_are_their_definition<R: Real>(tolerance: f64) {
    for len in (1..70).chain([1000, 1023, 1024, 1025, 3001]) {
        // Up to ±600, where no exponential could be taken without the maximum off.
        let x: Vec<R> = real::<R>(len, 1)
            .into_iter()
            .map(|x| x * R::from_f64(6.0 * 100_f64.powi(len as i32 % 2)))
            .collect();
        let max = x.iter().map(|x| x.to_f64()).fold(f64::NEG_INFINITY, f64::max);
        let exps: Vec<f64> = x.iter().map(|x| (x.to_f64() - max).exp()).collect();
        let sum: f64 = exps.iter().sum();
        let check = |what: &str, got: R, expected: f64| {
            let error = (got.to_f64() - expected).abs() / (1.0 + expected.abs());
            assert!(error <= tolerance, "{:?}: {what} of {len}: {got}, not {expected}", Isa::current());
        };
        let mut y = vec![R::ZERO; len];
        let (got_max, got_sum) = softmax::softmax(&x, &mut y);
        assert_eq!(got_max.to_f64(), max);
        check("sum", got_sum, sum);
        (0..len).for_each(|i| check("softmax", y[i], exps[i] / sum));
        softmax::log_softmax(&x, &mut y);
        (0..len).for_each(|i| check("log_softmax", y[i], x[i].to_f64() - max - sum.ln()));
        check("logsumexp", softmax::logsumexp(&x), max + sum.ln());
    }
}

/// The bits of all results of some rows.
fn all_bits() -> Vec<u32> {
    let of_row = |len: usize| {
        let x = real::<f32>(len, 2);
        let mut y = vec![0.0; 2 * len];
        let (max, sum) = softmax::softmax(&x, &mut y[..len]);
        softmax::log_softmax(&x, &mut y[len..]);
        y.extend([max, sum, softmax::logsumexp(&x)]);
        y
    };
    (0..70).chain([2500]).flat_map(of_row).map(f32::to_bits).collect()
}

#[test]
fn rows_are_their_definition_on_every_instruction_set() {
    let _alone = crate::alone();
    let expected = all_bits();
    for isa in Isa::available() {
        simd::limit(isa);
        rows_are_their_definition::<f32>(1e-6);
        rows_are_their_definition::<f64>(2e-15);
        assert_eq!(all_bits(), expected, "{isa:?}: not the same bits");
        what_is_not_finite();
    }
}

fn what_is_not_finite() {
    let (infinity, nan) = (f32::INFINITY, f32::NAN);
    for len in 1..70 {
        for at in [0, len / 2, len - 1] {
            let mut x = vec![0.5; len];
            let mut y = vec![0.0; len];
            x[at] = nan;
            assert!(reduce::max(&x).is_nan() && softmax::logsumexp(&x).is_nan());
            softmax::softmax(&x, &mut y);
            assert!(y.iter().all(|y| y.is_nan()), "{y:?}");
            x[at] = -infinity;
            softmax::softmax(&x, &mut y);
            assert!(len == 1 || y[at] == 0.0, "{y:?}");
            assert!(len == 1 || (y.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{y:?}");
            softmax::log_softmax(&x, &mut y);
            assert!(len == 1 || y[at] == -infinity, "{y:?}");
            x[at] = infinity;
            assert_eq!((reduce::max(&x), softmax::logsumexp(&x)), (infinity, infinity));
            x.fill(-infinity);
            assert_eq!((reduce::max(&x), softmax::logsumexp(&x)), (-infinity, -infinity));
        }
    }
    assert_eq!((reduce::max::<f32>(&[]), softmax::logsumexp::<f32>(&[])), (-infinity, -infinity));
}
