//! The other tuned kernels against plain loops.

use crate::common::numbers::{real, whole};
use tapeloop::Real;
use tapeloop::kernels::{elementwise, reduce};

/// Every length around a vector register, and a long one.
fn lengths() -> impl Iterator<Item = usize> {
    (0..70).chain([1000])
}

fn elementwise_is_the_plain_loop<R: Real>() {
    for len in lengths() {
        let [a, b, c, y] = [1, 2, 3, 4].map(|seed| whole::<R>(len, seed));
        let check = |what: &str, run: &dyn Fn(&mut [R]), expected: &dyn Fn(usize) -> R| {
            let mut result = y.clone();
            run(&mut result);
            let expected: Vec<R> = (0..len).map(expected).collect();
            assert_eq!(result, expected, "{what}, {len} elements");
        };
        check("map", &|y| elementwise::map(&a, y, |a| a * a), &|i| a[i] * a[i]);
        check("zip", &|y| elementwise::zip(&a, &b, y, |a, b| a - b), &|i| a[i] - b[i]);
        check("add_map", &|y| elementwise::add_map(&a, y, |a| -a), &|i| y[i] - a[i]);
        check("add_zip", &|y| elementwise::add_zip(&a, &b, y, |a, b| a * b), &|i| y[i] + a[i] * b[i]);
        check("add_zip3", &|y| elementwise::add_zip3(&a, &b, &c, y, |a, b, c| a * b - c), &|i| {
            y[i] + (a[i] * b[i] - c[i])
        });
    }
}

#[test]
fn elementwise_is_the_plain_loop_for_both_types() {
    elementwise_is_the_plain_loop::<f32>();
    elementwise_is_the_plain_loop::<f64>();
}

#[test]
fn sums_are_exact_on_whole_numbers() {
    for len in lengths() {
        let (a, b) = (whole::<f32>(len, 1), whole::<f32>(len, 2));
        assert_eq!(reduce::sum(&a), a.iter().sum::<f32>(), "{len} elements");
        assert_eq!(reduce::sum_map(&a, |a| a * a), a.iter().map(|a| a * a).sum::<f32>(), "{len} elements");
        let dot: f32 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
        assert_eq!(reduce::sum_zip(&a, &b, |a, b| a * b), dot, "{len} elements");
        let max = a.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        assert_eq!(reduce::max(&a), max, "{len} elements");
    }
}

/// The order is that of the indices mod 16, then pairs: not that of the machine, of the alignment, or of
/// the number of threads.
#[test]
fn sums_have_one_order() {
    for len in lengths() {
        let x = real::<f32>(len, 1);
        let mut lanes = [0.0_f32; 16];
        x.iter().enumerate().for_each(|(i, x)| lanes[i % 16] += x);
        for width in [8, 4, 2, 1] {
            (0..width).for_each(|i| lanes[i] += lanes[i + width]);
        }
        assert_eq!(reduce::sum(&x).to_bits(), lanes[0].to_bits(), "{len} elements");
        let shifted: Vec<f32> = [0.0; 3].into_iter().chain(x.iter().copied()).collect();
        assert_eq!(reduce::sum(&shifted[3..]).to_bits(), lanes[0].to_bits(), "{len} elements");
    }
}

#[test]
fn sums_over_an_axis_are_plain_loops() {
    for [outer, n, inner] in [[2, 3, 4], [1, 17, 1], [3, 1, 5], [2, 40, 1], [0, 3, 2], [2, 0, 3], [2, 3, 0]] {
        let x = whole::<f64>(outer * n * inner, 1);
        let each = |o: usize, i: usize| (0..n).map(move |k| (o * n + k) * inner + i);
        let mut sums = vec![f64::NAN; outer * inner];
        reduce::sum_axis(&x, [outer, n, inner], &mut sums);
        let mut back = x.clone();
        reduce::add_along_axis(&sums, [outer, n, inner], &mut back, |sum| 2.0 * sum);
        for o in 0..outer {
            for i in 0..inner {
                let sum: f64 = each(o, i).map(|j| x[j]).sum();
                assert_eq!(sums[o * inner + i], sum);
                each(o, i).for_each(|j| assert_eq!(back[j], x[j] + 2.0 * sum));
            }
        }
    }
}

#[test]
fn nan_wins_every_maximum() {
    let infinity = f64::INFINITY;
    for x in [[f64::NAN, infinity, 1.0], [infinity, f64::NAN, 1.0], [1.0, infinity, f64::NAN]] {
        assert!(reduce::max(&x).is_nan());
    }
    assert_eq!(reduce::max::<f64>(&[]), -infinity);
}
