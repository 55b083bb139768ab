//! What the functions of [`exponential`](super::exponential) and [`logarithm`](super::logarithm) need to
//! know of a machine float: its bits, and its polynomials.
//!
//! `coefficients.py` beside this file computes the polynomials, of least largest relative error.

use super::Real;

/// `f32` or `f64`.
pub(super) trait Float: Real {
    const HALF: Self;
    const TWO: Self;
    const INFINITY: Self;
    const NAN: Self;
    const TWO_TO_64: Self;
    const TWO_TO_MINUS_64: Self;
    /// The least positive number with all its digits.
    const LEAST_NORMAL: Self;
    /// 1.5·2^(bits of the fraction). Added to a small number it rounds it to a whole one, `n`, which then stands in
    /// the last bits of the sum.
    const SHIFTER: Self;
    /// `2ⁿ` is stored as the whole number `n + BIAS`, above the bits of the fraction.
    const BIAS: Self;
    /// `1/ln 2`
    const LOG2_E: Self;
    /// `ln 2`: rounded, and what was rounded off.
    const LN_2: [Self; 2];

    /// `eˣ` rounds to 0 from here down,
    const EXP_IS_0: Self;
    /// and to ∞ from here up.
    const EXP_IS_INFINITE: Self;
    /// `σ(x)` rounds to 1 from here up,
    const SIGMOID_IS_1: Self;
    /// and `tanh x`.
    const TANH_IS_1: Self;
    /// `artanh ½`, and a little more.
    const TANH_IS_HALF: Self;
    /// How many steps `n` the reduction of `tanh x` takes per `x`: 2/ln 2 would leave the smallest rest. In `f32` they
    /// are fewer by 6 %, so that n ≤ 1 up to tanh x = ½: at the beginning of n = 2 numerator and denominator would
    /// both lie just above a power of two, where rounding is worst. For a large `n` the larger rest does no harm,
    /// because the quotient is small; to `f64`, with its longer polynomial, it would.
    const TANH_STEPS: Self;

    /// `eʳ = 1 + r + r²·P(r)` for `|r| ≤ ln 2/2`.
    const P_EXP: &[Self];
    /// `r·coth(r/2) = 2 + r²·P(r²)` for `|r| ≤ ln 2/2`.
    const P_COTH: &[Self];
    /// `tanh r = r + r³·P(r²)` for `|r| ≤ ln 2/4`; in `f32` for `|r| ≤ 0.205`, see [`TANH_STEPS`](Self::TANH_STEPS).
    const P_TANH: &[Self];
    /// `2·artanh s = 2·s + s³·P(s²)` for `|s| ≤ (√2 − 1)/(√2 + 1)`.
    const P_LN: &[Self];
    /// `2·artanh(w/2) = w + w³·P(w²)` for `|w| ≤ ⅔`.
    const P_SOFTPLUS: &[Self];

    /// `2ⁿ` of `z = SHIFTER + BIAS + n`.
    fn power_of_two(z: Self) -> Self;
    /// `k` and `m` of a positive normal `x = 2^k·m`, where `√½ ≤ m < √2`.
    fn split(x: Self) -> (Self, Self);
    /// `|self|` with the sign of `sign`.
    fn with_sign(self, sign: Self) -> Self;
}

macro_rules! float {
    ($float:ident, $bits:ident, fraction $fraction:literal, bias $bias:literal, sqrt_half $sqrt_half:literal, $($constants:tt)*) => {
        impl Float for $float {
            const TWO: Self = 2.0;
            const HALF: Self = 0.5;
            const INFINITY: Self = Self::INFINITY;
            const NAN: Self = Self::NAN;
            const TWO_TO_64: Self = (1_u128 << 64) as Self;
            const TWO_TO_MINUS_64: Self = 1.0 / (1_u128 << 64) as Self;
            const LEAST_NORMAL: Self = Self::MIN_POSITIVE;
            const SHIFTER: Self = 1.5 * (1_u64 << $fraction) as Self;
            const BIAS: Self = $bias as Self;
            const LOG2_E: Self = std::$float::consts::LOG2_E;
            const TANH_IS_HALF: Self = 0.5493062;
            $($constants)*

            #[inline(always)]
            fn power_of_two(z: Self) -> Self {
                Self::from_bits(z.to_bits() << $fraction)
            }
            #[inline(always)]
            fn split(x: Self) -> (Self, Self) {
                const ONE: $bits = $bias << $fraction;
                let k = x.to_bits().wrapping_add(ONE - $sqrt_half) >> $fraction;
                let m = Self::from_bits(x.to_bits().wrapping_sub(k << $fraction).wrapping_add(ONE));
                (Self::from_bits(Self::SHIFTER.to_bits() + k) - (Self::SHIFTER + Self::BIAS), m)
            }
            #[inline(always)]
            fn with_sign(self, sign: Self) -> Self {
                self.copysign(sign)
            }
        }
    };
}

float! {
    f32, u32, fraction 23, bias 127, sqrt_half 0x3f35_04f3,
    const EXP_IS_0: Self = -104.0;
    const EXP_IS_INFINITE: Self = 89.0;
    const SIGMOID_IS_1: Self = 18.0;
    const TANH_IS_1: Self = 9.02;
    const TANH_STEPS: Self = 2.72;
    const LN_2: [Self; 2] = [std::f32::consts::LN_2, -1.9046542e-9];
    const P_EXP: &[Self] = &[0.49999994, 0.16666521, 0.04166839, 0.008368717, 0.00138146];
    const P_COTH: &[Self] = &[0.16666618, -0.0027659708];
    const P_TANH: &[Self] = &[-0.33333305, 0.13329159, -0.052242342];
    const P_LN: &[Self] = &[0.66666776, 0.39977565, 0.29871228];
    const P_SOFTPLUS: &[Self] = &[0.08333334, 0.012499652, 0.0022356738, 4.1856218e-4, 1.1860853e-4];
}

float! {
    f64, u64, fraction 52, bias 1023, sqrt_half 0x3fe6_a09e_667f_3bcd,
    const EXP_IS_0: Self = -746.0;
    const EXP_IS_INFINITE: Self = 710.0;
    const SIGMOID_IS_1: Self = 38.0;
    const TANH_IS_1: Self = 19.07;
    const TANH_STEPS: Self = 2.0 * Self::LOG2_E;
    const LN_2: [Self; 2] = [std::f64::consts::LN_2, 2.3190468138462996e-17];
    const P_EXP: &[Self] = &[0.5000000000000011, 0.16666666666666413, 0.04166666666653016, 0.008333333333494463, 0.0013888888943629546, 1.9841269506569608e-4, 2.4801493099545962e-5, 2.7557586387628646e-6, 2.76302481417604e-7, 2.500005561644308e-8];
    const P_COTH: &[Self] = &[0.16666666666666555, -0.0027777777776691595, 6.613756249055737e-5, -1.6533836178410206e-6, 4.136015727225448e-8];
    const P_TANH: &[Self] = &[-0.3333333333333249, 0.13333333332783748, -0.05396825278200945, 0.021869370714248562, -0.00885730875561918, 0.0034448376312183815];
    const P_LN: &[Self] = &[0.6666666666666734, 0.39999999999415664, 0.28571428742188654, 0.2222219859153363, 0.18183563478480294, 0.15314069596700045, 0.14795784757524374];
    const P_SOFTPLUS: &[Self] = &[0.08333333333333288, 0.012500000000048566, 0.0022321428553186235, 4.3402781164557575e-4, 8.877804874314722e-5, 1.8782410325012985e-5, 4.05917117692878e-6, 9.235522853953029e-7, 1.5914709550697197e-7, 8.11186663123429e-8];
}
