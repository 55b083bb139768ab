//! Dual numbers: the slopes of the functions of one number.

use tapeloop::{Dual, Real};

/// Every function against differences, and its value against that of `f64`.
#[test]
fn slopes_are_those_of_the_functions() {
    type Function<R> = fn(R) -> R;
    let functions: [(&str, Function<Dual>, Function<f64>); 12] = [
        ("exp", Real::exp, Real::exp),
        ("exp_m1", Real::exp_m1, Real::exp_m1),
        ("ln", Real::ln, Real::ln),
        ("ln_1p", Real::ln_1p, Real::ln_1p),
        ("sqrt", Real::sqrt, Real::sqrt),
        ("tanh", Real::tanh, Real::tanh),
        ("abs", Real::abs, Real::abs),
        ("sin", Real::sin, Real::sin),
        ("cos", Real::cos, Real::cos),
        ("sigmoid", Real::sigmoid, Real::sigmoid),
        ("softplus", Real::softplus, Real::softplus),
        ("x − 1/x", |x| x - Dual::ONE / x, |x| x - 1.0 / x),
    ];
    for (name, of_dual, of_float) in functions {
        for x in [0.1, 0.7, 1.0, 3.5] {
            let (y, h) = (of_dual(Dual { x, dx: [2.0] }), 1e-5);
            let slope = (of_float(x + h) - of_float(x - h)) / (2.0 * h);
            assert_eq!(y.x.to_bits(), of_float(x).to_bits(), "{name}({x})");
            assert!((y.dx[0] - 2.0 * slope).abs() < 1e-8 * (1.0 + slope * slope), "{name}'({x})");
        }
    }
}

#[test]
fn a_comparison_is_one_of_values() {
    let [one, other] = [1.0, 2.0].map(|dx| Dual::<1> { x: 3.0, dx: [dx] });
    assert!(one == other && one <= other && one > Dual::ONE);
}
