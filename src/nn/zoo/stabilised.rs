//! Exponential weights that can't overflow

use crate::real::Real;
use crate::tape::Var;

/// What a running maximum begins with: it stands for `ln 0`, also as `f32`.
pub(super) const LN_0: f64 = -1e30;

/// `m = max(a, b)`, `e^{a−m}` and `e^{b−m}`: two weights as parts of the larger one, which is 1, and its logarithm.
///
/// Sums of terms with such weights are `e^m` times smaller than they should be. In their quotients `m` cancels, in the gradients, too, so
/// there the corner of the maximum isn't seen.
#[track_caller]
pub(super) fn stabilised<'t, R: Real>(a: Var<'t, R>, b: Var<'t, R>) -> [Var<'t, R>; 3] {
    let m = a.maximum(b);
    [m, (a - m).exp(), (b - m).exp()]
}

/// `ln σ(a) = −ln(1 + e⁻ᵃ)`
#[track_caller]
pub(super) fn ln_sigmoid<R: Real>(a: Var<'_, R>) -> Var<'_, R> {
    -(-a).softplus()
}
