//! `exp`, `tanh`, `sigmoid`, … of `f32` and `f64`: how far they are from the truth, and where they must be exact.
//! (`cargo bench --bench ulp` looks at every `f32`.)

use crate::common::truth::{self, FUNCTIONS};
use tapeloop::Real;
use tapeloop::simd::{self, Isa};

/// Every how many `f32` are looked at.
const STEP: usize = if cfg!(debug_assertions) { 40_009 } else { 3001 };

/// Numbers where something happens: the least and the largest of each kind, where results reach their limits, where
/// the reductions take the next step. With their neighbours.
const EDGES: [f64; 27] = [
    0.0,
    1e-45,
    5e-324,
    1.17549435e-38,
    2.2250738585072014e-308,
    3.4028235e38,
    1.7976931348623157e308,
    0.1732868,
    0.3465736,
    0.5,
    0.5493061443340549,
    std::f64::consts::FRAC_1_SQRT_2,
    1.0,
    1.0397208,
    std::f64::consts::SQRT_2,
    2.0,
    8.66,
    9.0109,
    17.32868,
    18.0,
    19.06,
    37.0,
    88.72284,
    103.97208,
    104.0,
    709.782712893384,
    745.1332191019412,
];

/// A type with its bits, edges and functions.
macro_rules! tests_of {
    ($module:ident, $float:ident, $bits:ident, $of:ident, $slices:ident) => {
        mod $module {
            use super::*;

            pub fn edges() -> Vec<$float> {
                let neighbours = |x: f64| {
                    let bits = (x as $float).to_bits();
                    (bits.saturating_sub(3)..=bits.saturating_add(3)).map($float::from_bits)
                };
                let edges = EDGES.into_iter().chain([f64::INFINITY]).flat_map(neighbours);
                edges.flat_map(|x| [x, -x]).collect()
            }

            /// The functions of slices, of every length and on every instruction set, against those of one number.
            pub fn slices_are_numbers(x: &[$float]) {
                for function in FUNCTIONS {
                    let expected: Vec<$bits> = x.iter().map(|&x| (function.$of)(x).to_bits()).collect();
                    for isa in Isa::available() {
                        simd::limit(isa);
                        for len in (0..70).chain([x.len()]) {
                            let mut y = vec![0.5; len];
                            (function.$slices)(&x[x.len() - len..], &mut y);
                            for (i, (y, &expected)) in y.iter().zip(&expected[x.len() - len..]).enumerate() {
                                let both_nan = y.is_nan() && $float::from_bits(expected).is_nan();
                                assert!(
                                    both_nan || $float::to_bits(*y) == expected,
                                    "{isa:?}: {}({:e}) is {y:e} as number {i} of {len}",
                                    function.name,
                                    x[x.len() - len + i]
                                );
                            }
                        }
                    }
                }
            }

            #[test]
            fn what_is_exact() {
                let (zero, infinity) = (0.0 as $float, $float::INFINITY);
                let same = |name: &str, y: $float, expected: $float| {
                    assert_eq!(y.to_bits(), expected.to_bits(), "{name}: {y:e}")
                };
                let half_ln = $float::from_f64(std::f64::consts::LN_2);
                for (name, f, [at_minus_infinity, at_minus_0, at_0, at_infinity]) in [
                    ("exp", Real::exp as fn($float) -> $float, [0.0, 1.0, 1.0, infinity]),
                    ("tanh", Real::tanh, [-1.0, -0.0, 0.0, 1.0]),
                    ("sigmoid", Real::sigmoid, [0.0, 0.5, 0.5, 1.0]),
                    ("softplus", Real::softplus, [0.0, half_ln, half_ln, infinity]),
                    ("exp_m1", Real::exp_m1, [-1.0, -0.0, 0.0, infinity]),
                ] {
                    same(name, f(-infinity), at_minus_infinity);
                    same(name, f(-zero), at_minus_0);
                    same(name, f(zero), at_0);
                    same(name, f(infinity), at_infinity);
                    // Far out all are what they are at ∞, but for softplus, which is x there.
                    same(name, f(-1e4), at_minus_infinity);
                    same(name, f($float::MIN), at_minus_infinity);
                    same(name, f(1e4), if name == "softplus" { 1e4 } else { at_infinity });
                    same(name, f($float::MAX), if name == "softplus" { $float::MAX } else { at_infinity });
                }
                same("ln 1", Real::ln(1.0 as $float), 0.0);
                same("ln 0", Real::ln(zero), -infinity);
                same("ln −0", Real::ln(-zero), -infinity);
                same("ln ∞", Real::ln(infinity), infinity);
                same("ln_1p 0", Real::ln_1p(zero), 0.0);
                same("ln_1p −0", Real::ln_1p(-zero), -0.0);
                same("ln_1p −1", Real::ln_1p(-1.0 as $float), -infinity);
                same("ln_1p ∞", Real::ln_1p(infinity), infinity);
                for x in [-1e-300_f64 as $float, -1.0, $float::MIN, -infinity] {
                    assert!(x == 0.0 || Real::ln(x).is_nan(), "ln {x}");
                    assert!(x >= -1.0 || Real::ln_1p(x).is_nan(), "ln_1p {x}");
                }
                for function in FUNCTIONS {
                    for nan in [$float::NAN, -$float::NAN] {
                        assert!((function.$of)(nan).is_nan(), "{}(NaN)", function.name);
                    }
                }
            }

            #[test]
            fn tanh_is_odd_and_tiny_numbers_stay() {
                for x in edges() {
                    assert_eq!(Real::tanh(-x).to_bits(), (-Real::tanh(x)).to_bits(), "{x:e}");
                    if x.abs() < $float::EPSILON / 4.0 {
                        for f in [Real::tanh as fn($float) -> $float, Real::exp_m1, Real::ln_1p] {
                            assert_eq!(f(x).to_bits(), x.to_bits(), "{x:e}");
                        }
                    }
                }
            }
        }
    };
}

tests_of!(of_f32, f32, u32, of_f32, of_f32s);
tests_of!(of_f64, f64, u64, of_f64, of_f64s);

fn numbers_f32() -> Vec<f32> {
    (0..=u32::MAX).step_by(STEP).map(f32::from_bits).chain(of_f32::edges()).collect()
}

/// Some of all sizes, and many between −20 and 20.
fn numbers_f64() -> Vec<f64> {
    let count = (u64::from(u32::MAX) / STEP as u64 / 16) as i32;
    let of_all_sizes = (0..count as u64).map(|i| f64::from_bits(i.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    let near = (-count..count).map(|i| 20.0 * f64::from(i) / f64::from(count));
    of_all_sizes.chain(near).chain(of_f64::edges()).collect()
}

#[test]
fn f32_is_within_its_bounds() {
    for function in FUNCTIONS {
        for x in numbers_f32() {
            let (y, truth) = ((function.of_f32)(x), (function.standard)(x.into()));
            let error = truth::ulp_f32(y, truth);
            assert!(
                error <= function.bounds[0],
                "{}({x:e}) = {y:e}, not {truth:e}: {error} ULP",
                function.name
            );
        }
    }
}

#[test]
fn f64_is_within_its_bounds() {
    for function in FUNCTIONS {
        for x in numbers_f64() {
            let (y, truth) = ((function.of_f64)(x), function.truth(x));
            let error = truth::ulp_f64(y, truth);
            assert!(
                error <= function.bounds[1],
                "{}({x:e}) = {y:e}, not {truth:?}: {error} ULP",
                function.name
            );
        }
    }
}

/// One test for all instruction sets, because the limit is one of the process. (The other tests don't call the
/// functions of slices.)
#[test]
fn slices_are_numbers_on_every_instruction_set() {
    let _alone = crate::alone();
    let every = |n: usize| n.div_ceil(20_000);
    let (x, x64) = (numbers_f32(), numbers_f64());
    let sample: Vec<f32> = x.iter().copied().step_by(every(x.len())).chain(of_f32::edges()).collect();
    let sample64: Vec<f64> = x64.iter().copied().step_by(every(x64.len())).chain(of_f64::edges()).collect();
    of_f32::slices_are_numbers(&sample);
    of_f64::slices_are_numbers(&sample64);
}

/// The truth itself, where its first 32 digits are known from elsewhere (mpmath).
#[test]
fn the_truth_is_true() {
    for (name, x, [high, low]) in [
        ("exp", 0.1, [1.1051709180756477, -8.149523913327619e-17]),
        ("exp", -17.3, [3.066941294563555e-8, 3.271162333333188e-25]),
        ("exp", 300.7, [3.911566412479153e130, -2.2210200263893878e114]),
        ("tanh", 0.001, [0.0009999996666668, 1.7800613799166557e-20]),
        ("tanh", 0.4, [0.3799489622552249, 6.3008573143723185e-18]),
        ("tanh", -3.3, [-0.9972829600991421, -2.0750489070819206e-18]),
        ("sigmoid", 0.1, [0.52497918747894, -2.5084310194303448e-17]),
        ("sigmoid", -20.5, [1.2501528648238605e-9, -4.2505891149696525e-26]),
        ("sigmoid", 7.7, [0.9995473777767595, -3.972661436200505e-17]),
        ("softplus", 0.3, [0.8543552444685271, 4.828698568625145e-17]),
        ("softplus", -9.1, [0.00011165957432781276, 2.346588973382887e-21]),
        ("softplus", -70.2, [3.2548229561041414e-31, -1.1489826217280616e-47]),
        ("ln", 0.7, [-0.35667494393873245, 4.82556379937662e-18]),
        ("ln", 1.0009765625, [0.0009760859730554589, -2.8791156534096714e-20]),
        ("ln", 1e300, [690.7755278982137, 2.3747660028800243e-14]),
        ("exp_m1", 1e-5, [1.0000050000166668e-5, -3.111926571619883e-22]),
        ("exp_m1", -0.6, [-0.45118836390597356, -6.192285888069772e-20]),
        ("exp_m1", 9.9, [19929.370438230297, -1.4204975989098503e-13]),
        ("ln_1p", 1e-9, [9.999999995e-10, 7.493897403823754e-26]),
        ("ln_1p", -0.4, [-0.5108256237659907, 1.5233815099851014e-18]),
        ("ln_1p", 123.4, [4.823502180305079, 2.910987343754165e-16]),
    ] {
        let function = FUNCTIONS.iter().find(|function| function.name == name).unwrap();
        let (truth, k) = function.truth(x);
        let [got_high, got_low] = [truth.0, truth.1].map(|part| truth::times_power_of_two(part, k));
        let error = (got_high - high) + (got_low - low);
        assert!((error / high).abs() < 1e-30, "{name}({x}): {got_high:e} and {got_low:e}");
    }
}
