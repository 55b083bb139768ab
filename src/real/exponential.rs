//! `exp` and what is made of it. No branches, so that a loop over them becomes vector code.
//!
//! All begin with `x = n·ln 2 + r`: then `eˣ = S·eʳ` with `S = 2ⁿ` and a small `r`. For `eʳ` there are three forms:
//!
//! ```text
//! 1 + r + r²·P(r)                              a polynomial
//! (c + r)/(c − r)     c = r·coth(r/2)          c is even: a polynomial in r², half as long
//! (1 + t)/(1 − t)     t = tanh(r/2)            like it, and with all digits of a small r
//! ```
//!
//! The quotients suit functions that divide anyhow: what they add to `eˣ` goes into the numerator and the
//! denominator, so there is one division in all.

use super::float::Float;

/// `c₀ + c₁·x + c₂·x² + …`, as `(c₀ + c₁·x) + x²·((c₂ + c₃·x) + x²·…)`, in which a term waits for half as many
/// others as in Horner's order.
#[inline(always)]
pub(super) fn polynomial<F: Float>(c: &[F], x: F) -> F {
    if let &[c0, c1, c2] = c {
        return c2.mul_add(x, c1).mul_add(x, c0);
    }
    let mut pairs = c.chunks(2).rev().map(|c| if let &[even, odd] = c { odd.mul_add(x, even) } else { c[0] });
    let last = pairs.next().expect("a coefficient");
    pairs.fold(last, |sum, pair| sum.mul_add(x * x, pair))
}

/// Between `low` and `high`. NaN stays NaN.
#[inline(always)]
fn clamp<F: Float>(x: F, low: F, high: F) -> F {
    let x = if x > high { high } else { x };
    if x < low { low } else { x }
}

/// `S·2^shift` and `r`, where `x = n·unit + r` with the whole number `n` nearest to `steps·x`, and `S = 2ⁿ`. `S` may
/// be out of the range of the type; shifted it isn't.
#[inline(always)]
fn reduce<F: Float>(x: F, unit: &[F], steps: F, shift: f64) -> (F, F) {
    let shifter = F::SHIFTER + F::BIAS + F::from_f64(shift);
    let z = x.mul_add(steps, shifter);
    let n = z - shifter;
    // The first part of the unit leaves a number of so few digits that it is exact.
    let r = unit.iter().fold(x, |r, &part| n.mul_add(-part, r));
    (F::power_of_two(z), r)
}

/// `eˣ = S·(1 + p)`
#[inline(always)]
pub(super) fn exp<F: Float>(x: F) -> F {
    let (shift, back) = if x < F::ZERO { (64.0, F::TWO_TO_MINUS_64) } else { (-64.0, F::TWO_TO_64) };
    let (s, r) = reduce(clamp(x, F::EXP_IS_0, F::EXP_IS_INFINITE), &F::LN_2, F::LOG2_E, shift);
    let p = (r * r).mul_add(polynomial(F::P_EXP, r), r);
    s.mul_add(p, s) * back
}

/// `S·(c + r)` and `c − r`, both times 2⁶⁴: numerator and denominator of `eˣ`.
#[inline(always)]
fn quotient<F: Float>(x: F) -> (F, F) {
    let (s, r) = reduce(x, &F::LN_2, F::LOG2_E, 64.0);
    let c = (r * r).mul_add(polynomial(F::P_COTH, r * r), F::TWO);
    (s * (c + r), F::TWO_TO_64 * (c - r))
}

/// `σ(x) = eˣ/(1 + eˣ)`
#[inline(always)]
pub(super) fn sigmoid<F: Float>(x: F) -> F {
    let (above, below) = quotient(clamp(x, F::EXP_IS_0, F::SIGMOID_IS_1));
    above / (above + below)
}

/// `ln(1 + eˣ) = max(x, 0) + ln(1 + e)` with `e = e^−|x|`, and `ln(1 + e) = 2·artanh(w/2)` with `w = 2·e/(2 + e)`.
#[inline(always)]
pub(super) fn softplus<F: Float>(x: F) -> F {
    let positive = if x > F::ZERO { x } else { F::ZERO };
    let (above, below) = quotient(clamp(-x.abs(), F::EXP_IS_0, F::ZERO));
    let w = F::TWO * above / F::TWO.mul_add(below, above);
    (w * (w * w)).mul_add(polynomial(F::P_SOFTPLUS, w * w), w) + positive
}

/// `t = tanh r`
#[inline(always)]
fn tanh_of_small<F: Float>(r: F) -> F {
    (r * (r * r)).mul_add(polynomial(F::P_TANH, r * r), r)
}

/// Of `a = |x|`, with `e^(2a) = S·(1 + t)/(1 − t)`. Up to `tanh a = ½`,
///
/// ```text
/// tanh a = (e^(2a) − 1)/(e^(2a) + 1) = ((S − 1) + (S + 1)·t)/((S + 1) + (S − 1)·t)
/// ```
///
/// whose `S − 1` and `S + 1` are exact: for n = 0 this *is* `t`. Above, `1 − 2/(e^(2a) + 1)`, with the same
/// denominator; the quotient is the smaller part there, and its rounding with it.
#[inline(always)]
pub(super) fn tanh<F: Float>(x: F) -> F {
    let a = x.abs();
    let at_most = if a > F::TANH_IS_1 { F::TANH_IS_1 } else { a };
    let (s, r) = reduce(at_most, &[F::HALF * F::LN_2[0]], F::TANH_STEPS, 0.0);
    let t = tanh_of_small(r);
    let (less, more) = (s - F::ONE, s + F::ONE);
    let up_to_half = (t.mul_add(more, less), F::ZERO);
    let above = (t.mul_add(F::TWO, -F::TWO), F::ONE);
    let (numerator, start) = if a < F::TANH_IS_HALF { up_to_half } else { above };
    (numerator / t.mul_add(less, more) + start).with_sign(x)
}

/// `eˣ − 1 = ((S − 1) + (S + 1)·t)/(1 − t)`, above and below times ½, since `S` may be 2¹²⁸ or 2¹⁰²⁴.
#[inline(always)]
pub(super) fn exp_m1<F: Float>(x: F) -> F {
    let h = F::HALF * clamp(x, -F::TWO * F::SIGMOID_IS_1, F::EXP_IS_INFINITE);
    let (s, r) = reduce(h, &F::LN_2.map(|part| F::HALF * part), F::TWO * F::LOG2_E, -1.0);
    let t = tanh_of_small(r);
    let y = t.mul_add(s + F::HALF, s - F::HALF) / t.mul_add(-F::HALF, F::HALF);
    // Half of so small a number may have lost a digit.
    if x.abs() < F::TWO * F::LEAST_NORMAL { x } else { y }
}
