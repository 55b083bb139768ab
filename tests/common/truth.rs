//! What `exp`, `tanh`, … are to about 100 bits, to measure errors of `f64` against; what an error is, and how large it
//! may be.

use std::f64::consts::LN_2;
use std::ops::{Add, Div, Mul, Neg, Sub};

use tapeloop::Real;
use tapeloop::kernels::math;

/// The sum of two `f64`, the second at most half a unit in the last place of the first.
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

/// Of smaller numbers the low halves of products could be lost, and `x` is `tanh x` to 130 bits.
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

/// How far `result` is from the truth in units in the last place (ULP) of the truth, for a type of `digits` bits
/// with exponents `range`. ∞ counts as the number after the largest. The truth may be NaN, ±∞ or 0 itself: then only
/// that is right.
fn ulp(result: f64, (truth, k): Scaled, digits: i32, range: [i32; 2]) -> f64 {
    if truth.0 == 0.0 || !truth.0.is_finite() || result.is_nan() {
        let right = truth.0.is_nan() && result.is_nan() || result == truth.0;
        return if right { 0.0 } else { f64::INFINITY };
    }
    let [least, most] = range;
    let exponent = (truth.0.abs().to_bits() >> 52) as i32 - 1023 + k;
    if exponent > most && result == f64::INFINITY.copysign(truth.0) {
        return 0.0;
    }
    let unit = exponent.max(least) + 1 - digits;
    let in_units = |x, k: i32| times_power_of_two(x, k - unit);
    let result = if result.is_infinite() { in_units(result.signum(), most + 1) } else { in_units(result, 0) };
    ((result - in_units(truth.0, k)) - in_units(truth.1, k)).abs()
}

/// The error of an `f32`, in ULP.
pub fn ulp_f32(result: f32, truth: f64) -> f64 {
    ulp(f64::from(result), (truth.into(), 0), 24, [-126, 127])
}

/// The error of an `f64`, in ULP.
pub fn ulp_f64(result: f64, truth: Scaled) -> f64 {
    ulp(result, truth, 53, [-1022, 1023])
}

/// A function under test.
pub struct Function {
    pub name: &'static str,
    pub of_f32: fn(f32) -> f32,
    pub of_f64: fn(f64) -> f64,
    pub of_f32s: fn(&[f32], &mut [f32]),
    pub of_f64s: fn(&[f64], &mut [f64]),
    /// As the standard library has it: the truth for `f32`.
    pub standard: fn(f64) -> f64,
    truth: fn(f64) -> Scaled,
    /// The largest errors allowed, in ULP, of `f32` and `f64`.
    pub bounds: [f64; 2],
}

impl Function {
    /// The truth for `f64`.
    pub fn truth(&self, x: f64) -> Scaled {
        let y = (self.standard)(x);
        let is_special = !x.is_finite() || x == 0.0 || y.is_nan() || y == f64::NEG_INFINITY;
        if is_special { (y.into(), 0) } else { (self.truth)(x) }
    }
}

macro_rules! functions {
    ($($name:ident: $standard:expr, $bounds:expr;)*) => {
        /// All of them.
        pub const FUNCTIONS: &[Function] = &[$(Function {
            name: stringify!($name),
            of_f32: <f32 as Real>::$name,
            of_f64: <f64 as Real>::$name,
            of_f32s: math::$name,
            of_f64s: math::$name,
            standard: $standard,
            truth: $name,
            bounds: $bounds,
        }),*];
    };
}

functions! {
    exp: f64::exp, [1.1, 1.5];
    tanh: f64::tanh, [2.0, 3.0];
    sigmoid: |x| if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }, [2.5, 3.0];
    softplus: |x| x.max(0.0) + (-x.abs()).exp().ln_1p(), [3.0, 3.5];
    ln: f64::ln, [1.0, 1.0];
    exp_m1: f64::exp_m1, [2.5, 3.5];
    ln_1p: f64::ln_1p, [1.5, 2.0];
}
