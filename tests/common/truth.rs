//! What `exp`, `tanh`, … are to about 100 bits, to measure errors of `f64` against; and what an error is.
//!
//! The sum of two `f64`, the second smaller than half a unit in the last place of the first.

use std::f64::consts::LN_2;
use std::ops::{Add, Div, Mul, Neg, Sub};

#[derive(Clone, Copy, Debug)]
pub struct Double(pub f64, pub f64);

/// `a + b`, and what rounding it lost.
fn exact_sum(a: f64, b: f64) -> Double {
    let sum = a + b;
    let b_in_sum = sum - a;
    Double(sum, (a - (sum - b_in_sum)) + (b - b_in_sum))
}

impl From<f64> for Double {
    fn from(x: f64) -> Self {
        Self(x, 0.0)
    }
}

impl Neg for Double {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}

impl<D: Into<Double>> Add<D> for Double {
    type Output = Self;
    fn add(self, other: D) -> Self {
        let other = other.into();
        let (high, low) = (exact_sum(self.0, other.0), exact_sum(self.1, other.1));
        let Double(high, rest) = exact_sum(high.0, high.1 + low.0);
        exact_sum(high, rest + low.1)
    }
}

impl<D: Into<Double>> Sub<D> for Double {
    type Output = Self;
    fn sub(self, other: D) -> Self {
        self + -other.into()
    }
}

impl<D: Into<Double>> Mul<D> for Double {
    type Output = Self;
    fn mul(self, other: D) -> Self {
        let other = other.into();
        let high = self.0 * other.0;
        let lost = self.0.mul_add(other.0, -high);
        exact_sum(high, lost + (self.0 * other.1 + self.1 * other.0))
    }
}

impl Div for Double {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let quotient = self.0 / other.0;
        let rest = self - other * quotient;
        let more = rest.0 / other.0;
        let rest = rest - other * more;
        exact_sum(quotient, more) + rest.0 / other.0
    }
}

/// `x·2^k` in two steps, since `2^k` itself may be out of range.
pub fn times_power_of_two(x: f64, k: i32) -> f64 {
    let half = k / 2;
    x * 2_f64.powi(half) * 2_f64.powi(k - half)
}

/// `eʳ − 1` and `k`, where `x = k·ln 2 + r`.
fn reduced(x: Double) -> (Double, i32) {
    let k = (x.0 / LN_2).round();
    // ln 2 in three parts.
    let rest = Double(2.319_046_813_846_299_6e-17, 5.707_708_438_416_212e-34);
    let r = (x - Double::from(LN_2) * k - rest * k) * (1.0 / 256.0);
    // eʳ − 1 = r·(1 + r/2·(1 + r/3·(…))), then 8 times (e^(2r) − 1) = (eʳ − 1)·(eʳ − 1 + 2).
    let series = (2..=12).rev().fold(Double(1.0, 0.0), |sum, n| r * sum / Double::from(f64::from(n)) + 1.0);
    let e = (0..8).fold(r * series, |e, _| e * (e + 2.0));
    (e, k as i32)
}

/// A number times `2^k`: results may be far below the least `f64` with all its digits.
pub type Scaled = (Double, i32);

fn plain((x, k): Scaled) -> Double {
    Double(times_power_of_two(x.0, k), times_power_of_two(x.1, k))
}

/// Below it, what follows `x` is less than 2⁻¹⁰⁰·`x`... and the products of [`Double`] would lose digits.
const TINY: f64 = 1e-20;

pub fn exp(x: f64) -> Scaled {
    let (e, k) = reduced(x.clamp(-1e4, 1e4).into());
    (e + 1.0, k)
}

pub fn exp_m1(x: f64) -> Scaled {
    if x.abs() < TINY {
        return (Double(x, x * x * 0.5), 0);
    }
    let (e, k) = reduced(x.clamp(-1e3, 1e4).into());
    match k {
        0 => (e, 0),
        100.. => (e + 1.0, k),
        _ => (plain((e + 1.0, k)) - 1.0, 0),
    }
}

pub fn tanh(x: f64) -> Scaled {
    if x.abs() < TINY {
        return (x.into(), 0);
    }
    let (e, _) = exp_m1(2.0 * x.clamp(-30.0, 30.0));
    (e / (e + 2.0), 0)
}

/// `eˣ/(1 + eˣ)`
pub fn sigmoid(x: f64) -> Scaled {
    let (e, k) = exp(x.min(100.0));
    (e / (plain((e, k)) + 1.0), k)
}

/// By one step of Newton's method on `eʸ − 1 = x`.
fn ln_1p_double(x: Double) -> Double {
    let y = x.0.ln_1p();
    (x - plain(exp_m1(y))) * plain(exp(-y)) + y
}

pub fn ln_1p(x: f64) -> Scaled {
    (ln_1p_double(x.into()), 0)
}

pub fn ln(x: f64) -> Scaled {
    if (0.5..=2.0).contains(&x) {
        return ln_1p(x - 1.0);
    }
    let y = x.ln();
    let (e, k) = exp(-y);
    (e * times_power_of_two(x, k) - 1.0 + y, 0)
}

pub fn softplus(x: f64) -> Scaled {
    let (e, k) = exp(-x.abs());
    match x {
        ..-60.0 => (e - plain((e, k)) * e * 0.5, k),
        _ => (ln_1p_double(plain((e, k))) + x.max(0.0), 0),
    }
}

/// How far `result` is from the truth, in units in the last place of the truth, for a type with `digits` bits
/// and a least exponent. ∞ counts as the number that would follow the largest.
fn ulp(result: f64, (truth, k): Scaled, digits: i32, least: i32, most: i32) -> f64 {
    if truth.0.is_nan() || result.is_nan() || truth.0.is_infinite() || truth.0 == 0.0 {
        let equal = truth.0.is_nan() && result.is_nan() || result == truth.0;
        return if equal { 0.0 } else { f64::INFINITY };
    }
    let exponent = (truth.0.abs().to_bits() >> 52) as i32 - 1023 + k;
    if exponent >= most && result.is_infinite() && result.signum() == truth.0.signum() {
        return 0.0;
    }
    let unit = exponent.max(least) + 1 - digits;
    let truth = plain((truth, k - unit));
    let result = if result.is_infinite() {
        result.signum() * times_power_of_two(1.0, most - unit)
    } else {
        times_power_of_two(result, -unit)
    };
    ((result - truth.0) - truth.1).abs()
}

/// The error of an `f32`, in units in the last place.
pub fn ulp_f32(result: f32, truth: f64) -> f64 {
    ulp(f64::from(result), (truth.into(), 0), 24, -126, 128)
}

/// The error of an `f64`.
pub fn ulp_f64(result: f64, truth: Scaled) -> f64 {
    ulp(result, truth, 53, -1022, 1024)
}
