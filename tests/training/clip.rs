//! Gradient clipping against PyTorch and TF1, and at the awkward places: NaN, infinity, overflow, 0.

use crate::common::case::{self, Case, assert_close};
use tapeloop::optim::{Clip, Norm};
use tapeloop::{Gradients, Init, Params, Real};

/// Parameters with gradients of the recorded shapes.
fn gradients(case: &Case, names: &[String]) -> (Params<f64>, Gradients<f64>) {
    let mut params = Params::new(0);
    let arrays: Vec<_> = names.iter().map(|name| case.array(name)).collect();
    let handles: Vec<_> =
        arrays.iter().zip(names).map(|(a, n)| params.add(n, a.shape(), Init::Zeros)).collect();
    let mut grads = params.zero_gradients();
    for (param, array) in handles.iter().zip(&arrays) {
        grads[*param].copy_from_slice(array.data());
    }
    (params, grads)
}

/// Clips the arrays `input.*` of a case and compares them with `expected.*` of the same order.
fn check(case: &Case, clip: Clip, outputs: &str, norm: Option<&str>) {
    let all = case.names();
    let inputs: Vec<String> = all.iter().filter(|name| name.starts_with("input.")).cloned().collect();
    let (params, mut grads) = gradients(case, &inputs);
    let found = clip.apply(&params, &mut grads);
    for (i, input) in inputs.iter().enumerate() {
        let expected = case.array(&format!("{outputs}{i}"));
        let got = &grads[params.find(input).unwrap()];
        assert_close(&format!("{}: {outputs}{i}", case.name), got, expected.data(), 1e-14);
    }
    if let Some(norm) = norm {
        assert_close(&format!("{}: norm", case.name), &[found], case.array(norm).data(), 1e-14);
    }
}

#[test]
fn pytorch() {
    for case in case::folder("torch/clip") {
        let clip = match &*case.name {
            // These three clip to 1. Their gradients: [1, NaN], [1, ∞], [1e200, 1e200].
            "clip_grad_norm_nan" | "clip_grad_norm_inf" | "clip_grad_norm_overflow" => {
                Clip::PyTorch { max: 1.0, norm: Norm::L2 }
            }
            name if name.starts_with("clip_grad_norm_max") => {
                let norm = match case.meta["norm_type"].to_string().as_str() {
                    "1.0" => Norm::L1,
                    "2.0" => Norm::L2,
                    r#""Infinity""# => Norm::Max, // JSON has no number for it
                    other => panic!("{name}: no norm {other}"),
                };
                Clip::PyTorch { max: case.meta["max_norm"].as_f64().unwrap(), norm }
            }
            other => panic!("no entry for {other}"),
        };
        check(&case, clip, "expected.grad_", Some("expected.total_norm"));
    }
}

#[test]
fn tf1() {
    for case in case::folder("keras2_tf1/tf1_clip") {
        if case.name == "clip_by_norm_1" {
            check(&case, Clip::Norm(1.0), "expected.output_", None);
        } else {
            assert!(case.name.starts_with("clip_by_global_norm_"), "no entry for {}", case.name);
            let bound = case.meta["clip_norm"].as_f64().unwrap();
            check(&case, Clip::GlobalNorm(bound), "expected.output_", Some("expected.output_3"));
        }
    }
}

/// Two arrays, the first `[3, 4]`, the second `[second]`, clipped; returns the norm and the gradients.
fn clipped<R: Real>(clip: Clip, first: [f64; 2], second: f64) -> (f64, [f64; 3]) {
    let mut params = Params::<R>::new(0);
    let (a, b) = (params.add("a", [2], Init::Zeros), params.add("b", [1], Init::Zeros));
    let mut grads = params.zero_gradients();
    grads[a].copy_from_slice(&first.map(R::from_f64));
    grads[b][0] = R::from_f64(second);
    let norm = clip.apply(&params, &mut grads);
    (norm, [grads[a][0], grads[a][1], grads[b][0]].map(R::to_f64))
}

#[test]
fn each_way_returns_the_size_that_it_compares() {
    assert_eq!(clipped::<f64>(Clip::Value(2.5), [3.0, -4.0], 2.0), (4.0, [2.5, -2.5, 2.0]));
    assert_eq!(clipped::<f64>(Clip::Norm(2.5), [3.0, -4.0], 2.0), (5.0, [1.5, -2.0, 2.0]));
    assert_eq!(clipped::<f64>(Clip::GlobalNorm(6.5), [3.0, -4.0], 12.0), (13.0, [1.5, -2.0, 6.0]));
}

#[test]
fn what_is_within_the_bound_stays_as_it_is() {
    let third = 1.0 / 3.0; // not a number that survives a multiplication by 1 − 1e-16
    for clip in [Clip::Value(1.0), Clip::Norm(1.0), Clip::GlobalNorm(1.0)] {
        assert_eq!(clipped::<f64>(clip, [third, -third], third).1, [third, -third, third], "{clip:?}");
    }
    assert_eq!(clipped::<f64>(Clip::GlobalNorm(0.0), [0.0, 0.0], 0.0), (0.0, [0.0; 3]));
}

/// As TF 2.15 and Keras 3 do. (PyTorch's answers are among its recorded cases.)
#[test]
fn broken_gradients_stay_visible() {
    let same = |got: [f64; 3], expected: [f64; 3]| {
        assert_close("clipped", &got, &expected, 0.0);
    };
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let (norm, got) = clipped::<f32>(Clip::GlobalNorm(1.0), [1.0, inf], 0.5);
    assert_eq!(norm, inf);
    same(got, [nan; 3]);
    let (norm, got) = clipped::<f32>(Clip::GlobalNorm(1.0), [1.0, nan], 0.5);
    assert!(norm.is_nan());
    same(got, [nan; 3]);
    // Array by array, a broken one leaves the other alone.
    let (norm, got) = clipped::<f32>(Clip::Norm(1.0), [1.0, inf], 0.5);
    assert_eq!(norm, inf);
    same(got, [0.0, nan, 0.5]);
    let (norm, got) = clipped::<f32>(Clip::Norm(1.0), [1.0, nan], 0.5);
    assert!(norm.is_nan());
    same(got, [nan, nan, 0.5]);
    let (norm, got) = clipped::<f32>(Clip::Value(0.5), [-inf, nan], 0.25);
    assert!(norm.is_nan());
    same(got, [-0.5, nan, 0.25]);
}

/// (3e30)² is beyond f32, and (3e-30)² below it, but 5e±30 is not.
#[test]
fn a_norm_that_f32_can_hold_does_not_overflow_or_vanish() {
    for scale in [1e30, 1e-30] {
        let clip = Clip::GlobalNorm(2.5 * scale);
        let (norm, got) = clipped::<f32>(clip, [3.0 * scale, 4.0 * scale], 0.0);
        let expected = [1.5, 2.0, 0.0].map(|g| g * scale);
        assert!((norm / (5.0 * scale) - 1.0).abs() < 1e-6, "{norm:e}");
        assert!(got.iter().zip(expected).all(|(g, e)| (g - e).abs() <= 1e-6 * e), "{got:?}");
    }
}

#[test]
fn the_global_norm_keeps_the_direction_and_has_the_bound() {
    let g = [0.3, -7.0];
    let (norm, got) = clipped::<f64>(Clip::GlobalNorm(0.01), g, 2.0);
    assert!((got.iter().map(|g| g * g).sum::<f64>().sqrt() - 0.01).abs() < 1e-16);
    for (got, before) in got.iter().zip([0.3, -7.0, 2.0]) {
        assert!((got / before - 0.01 / norm).abs() < 1e-16);
    }
}

#[test]
#[should_panic(expected = "clip: the bound is -1, but must be a number ≥ 0")]
fn a_negative_bound_is_refused() {
    clipped::<f64>(Clip::GlobalNorm(-1.0), [0.0, 0.0], 0.0);
}

#[test]
#[should_panic(expected = "clip: the bound is NaN")]
fn a_bound_that_is_no_number_is_refused() {
    clipped::<f64>(Clip::Value(f64::NAN), [0.0, 0.0], 0.0);
}

#[test]
#[should_panic(expected = "but gradients of")]
fn gradients_of_other_weights_are_refused() {
    let mut params = Params::<f64>::new(0);
    let mut grads = params.zero_gradients();
    params.add("w", [3], Init::Zeros);
    Clip::GlobalNorm(1.0).apply(&params, &mut grads);
}
