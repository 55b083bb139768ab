//! Initial weights: their distributions over many seeds, and what they depend on.

use tapeloop::{Init, Params, Real, Shape};

/// The array of this shape from a store with this seed.
fn fill<R: Real>(init: Init, shape: Shape, seed: u64) -> Vec<R> {
    let mut params = Params::<R>::new(seed);
    let w = params.add("w", shape, init);
    params[w].to_vec()
}

/// All numbers of the arrays of 400 seeds.
fn sample(init: Init, shape: Shape) -> Vec<f64> {
    (0..400).flat_map(|seed| fill::<f64>(init, shape, seed)).collect()
}

fn mean(x: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = x.len() as f64;
    x.sum::<f64>() / n
}

/// Mean and variance must be within four standard errors. `kurtosis` is that of the distribution:
/// the variance of `n` numbers has a standard error of `σ²·√((kurtosis − 1)/n)`.
#[track_caller]
fn assert_moments(what: &str, x: &[f64], expected_mean: f64, std: f64, kurtosis: f64) {
    let n = x.len() as f64;
    let got = mean(x.iter().copied());
    assert!((got - expected_mean).abs() < 4.0 * std / n.sqrt(), "{what}: mean {got}");
    let variance = mean(x.iter().map(|x| (x - expected_mean).powi(2)));
    let error = std * std * ((kurtosis - 1.0) / n).sqrt();
    assert!((variance - std * std).abs() < 4.0 * error, "{what}: deviation {} for {std}", variance.sqrt());
}

#[track_caller]
fn assert_uniform(init: Init, shape: Shape, low: f64, high: f64) {
    let (what, x) = (format!("{init:?} {shape}"), sample(init, shape));
    assert_moments(&what, &x, (low + high) / 2.0, (high - low) / 12.0_f64.sqrt(), 1.8);
    // All within the bounds, and of n numbers the outermost within 12/n of them (missed once in e¹²).
    let margin = (high - low) * 12.0 / x.len() as f64;
    let (least, most) = x.iter().fold((f64::MAX, f64::MIN), |(a, b), &x| (a.min(x), b.max(x)));
    assert!(low <= least && least < low + margin, "{what}: the least is {least}");
    assert!(high - margin < most && most <= high, "{what}: the most is {most}");
}

#[track_caller]
fn assert_normal(init: Init, shape: Shape, mu: f64, std: f64) {
    let (what, x) = (format!("{init:?} {shape}"), sample(init, shape));
    assert_moments(&what, &x, mu, std, 3.0);
    // Not truncated: 4.55 % lie outside of two deviations.
    let (n, p) = (x.len() as f64, 0.0455);
    let outside = x.iter().filter(|&x| (x - mu).abs() > 2.0 * std).count() as f64 / n;
    assert!(
        (outside - p).abs() < 4.0 * (p * (1.0 - p) / n).sqrt(),
        "{what}: {outside} outside of 2 deviations"
    );
}

#[test]
fn zeros_and_constants() {
    assert_eq!(fill::<f32>(Init::Zeros, [2, 2].into(), 0), [0.0; 4]);
    assert_eq!(fill::<f32>(Init::Constant(-1.5), [2, 2].into(), 0), [-1.5; 4]);
}

#[test]
fn uniform_and_normal() {
    assert_uniform(Init::Uniform { low: -0.5, high: 2.0 }, [7, 9].into(), -0.5, 2.0);
    assert_normal(Init::Normal { mean: 3.0, std: 0.25 }, [7, 9].into(), 3.0, 0.25);
    assert_eq!(fill::<f64>(Init::Uniform { low: 0.25, high: 0.25 }, [3].into(), 0), [0.25; 3]);
    assert_eq!(fill::<f64>(Init::Normal { mean: 0.25, std: 0.0 }, [3].into(), 0), [0.25; 3]);
}

/// The shapes with their `fan_in` and `fan_out`: rows are inputs, columns outputs.
fn fans() -> [(Shape, f64, f64); 4] {
    [
        ([30].into(), 30.0, 30.0),
        ([5, 20].into(), 5.0, 20.0),
        ([20, 5].into(), 20.0, 5.0),
        ([4, 8, 3].into(), 8.0, 3.0),
    ]
}

#[test]
fn glorot_keeps_the_variance_on_both_ways() {
    for (shape, fan_in, fan_out) in fans() {
        let bound = (6.0 / (fan_in + fan_out)).sqrt();
        assert_uniform(Init::GlorotUniform, shape, -bound, bound);
        assert_normal(Init::GlorotNormal, shape, 0.0, (2.0 / (fan_in + fan_out)).sqrt());
    }
}

#[test]
fn he_looks_at_the_inputs_only() {
    for (shape, fan_in, _) in fans() {
        let bound = (6.0 / fan_in).sqrt();
        assert_uniform(Init::HeUniform, shape, -bound, bound);
        assert_normal(Init::HeNormal, shape, 0.0, (2.0 / fan_in).sqrt());
    }
}

#[test]
fn orthogonal_rows_or_columns() {
    let shapes: [Shape; 8] = [
        [7, 3].into(),
        [3, 7].into(),
        [64, 64].into(),
        [1, 9].into(),
        [9, 1].into(),
        [9].into(),
        [1, 1].into(),
        [2, 3, 4].into(), // six rows
    ];
    for (shape, seed) in shapes.into_iter().flat_map(|shape| (0..10).map(move |seed| (shape, seed))) {
        let gain = if seed < 5 { 1.0 } else { 0.5 };
        let x = fill::<f64>(Init::Orthogonal { gain }, shape, seed);
        let (rows, columns) = (shape.rows(), shape.last());
        let at = |i: usize, j: usize| if rows <= columns { x[i * columns + j] } else { x[j * columns + i] };
        let (count, dim) = (rows.min(columns), rows.max(columns));
        for i in 0..count {
            for k in 0..count {
                let dot: f64 = (0..dim).map(|j| at(i, j) * at(k, j)).sum();
                let expected = if i == k { gain * gain } else { 0.0 };
                // Orthogonalised once instead of twice, 64 rows are 1e-13 off.
                assert!((dot - expected).abs() < 1e-14, "{shape}: {i}·{k} is {dot}");
            }
        }
    }
}

/// Drawn uniformly from all orthogonal matrices: every entry has mean 0 and variance 1/n, and the
/// square of the trace has mean 1 and variance 2 (for n ≥ 4; Diaconis & Shahshahani 1994).
#[test]
fn orthogonal_matrices_have_no_favourites() {
    let (n, seeds) = (6, 2000);
    let matrices: Vec<Vec<f64>> =
        (0..seeds).map(|seed| fill(Init::Orthogonal { gain: 1.0 }, [n, n].into(), seed)).collect();
    let seeds = seeds as f64;
    for i in 0..n * n {
        // 36 entries: five standard errors. The kurtosis of an entry is 3n/(n + 2).
        let entry = mean(matrices.iter().map(|q| q[i]));
        assert!(entry.abs() < 5.0 * (1.0 / n as f64 / seeds).sqrt(), "entry {i}: mean {entry}");
        let variance = mean(matrices.iter().map(|q| q[i] * q[i]));
        let kurtosis = 3.0 * n as f64 / (n as f64 + 2.0);
        let error = ((kurtosis - 1.0) / seeds).sqrt() / n as f64;
        assert!((variance - 1.0 / n as f64).abs() < 5.0 * error, "entry {i}: variance {variance}");
    }
    let square = mean(matrices.iter().map(|q| (0..n).map(|i| q[i * n + i]).sum::<f64>().powi(2)));
    assert!((square - 1.0).abs() < 4.0 * (2.0 / seeds).sqrt(), "mean squared trace {square}");
}

/// The initialisers that draw.
const RANDOM: [Init; 7] = [
    Init::Uniform { low: -1.0, high: 1.0 },
    Init::Normal { mean: 0.0, std: 1.0 },
    Init::GlorotUniform,
    Init::GlorotNormal,
    Init::HeUniform,
    Init::HeNormal,
    Init::Orthogonal { gain: 1.0 },
];

#[test]
fn the_seed_decides() {
    for init in RANDOM {
        let x = fill::<f64>(init, [3, 4].into(), 1);
        assert_eq!(x, fill::<f64>(init, [3, 4].into(), 1), "{init:?}: the same seed");
        let other = fill::<f64>(init, [3, 4].into(), 2);
        assert!(x.iter().zip(&other).all(|(x, other)| x != other), "{init:?}: another seed");
        let rounded: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        assert_eq!(rounded, fill::<f32>(init, [3, 4].into(), 1), "{init:?}: f32");
    }
}

#[test]
fn an_array_depends_on_its_place_but_not_on_the_others() {
    for init in RANDOM {
        let third = |sizes: [usize; 2]| {
            let mut params = Params::<f64>::new(9);
            params.add("first", [sizes[0]], Init::Zeros);
            params.add("second", [sizes[1], 2], init);
            let third = params.add("third", [3, 4], init);
            let fourth = params.add("fourth", [3, 4], init);
            assert!(params[third].iter().zip(&params[fourth]).all(|(x, y)| x != y), "{init:?}");
            params[third].to_vec()
        };
        assert_eq!(third([1, 1]), third([100, 37]), "{init:?}");
    }
}

#[test]
fn empty_arrays_are_filled_with_nothing() {
    for init in RANDOM {
        for shape in [Shape::from([0]), Shape::from([0, 5]), Shape::from([5, 0]), Shape::from([0, 0])] {
            assert_eq!(fill::<f32>(init, shape, 0), [0f32; 0], "{init:?} {shape}");
        }
    }
}

#[test]
#[should_panic(expected = "uniform between 1 and -1")]
fn bounds_in_the_wrong_order_are_refused() {
    fill::<f32>(Init::Uniform { low: 1.0, high: -1.0 }, [2].into(), 0);
}

#[test]
#[should_panic(expected = "uniform between 0 and inf")]
fn infinite_bounds_are_refused() {
    fill::<f32>(Init::Uniform { low: 0.0, high: f64::INFINITY }, [2].into(), 0);
}

#[test]
#[should_panic(expected = "normal with mean 0 and deviation -1")]
fn negative_deviations_are_refused() {
    fill::<f32>(Init::Normal { mean: 0.0, std: -1.0 }, [2].into(), 0);
}
