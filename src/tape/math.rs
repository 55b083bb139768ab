//! Element by element: methods of [`Var`].

use super::Var;
use crate::ops;
use crate::real::Real;

macro_rules! unary {
    ($($(#[$doc:meta])* $method:ident => $op:expr;)*) => {
        impl<R: Real> Var<'_, R> {
            $($(#[$doc])*
            #[must_use]
            #[track_caller]
            pub fn $method(self) -> Self {
                self.tape().record($op, &[self])
            })*
        }
    };
}

unary! {
    /// `eˣ`.
    exp => ops::Exp;
    /// `eˣ − 1`, to the last digit near 0, too.
    exp_m1 => ops::ExpM1;
    /// `ln x`: −∞ at 0, NaN below.
    ln => ops::Ln;
    /// `sin x`: NaN at ±∞.
    sin => ops::Sin;
    /// `cos x`: NaN at ±∞.
    cos => ops::Cos;
    /// `√x`: NaN below 0. The slope at 0 is infinite.
    sqrt => ops::Sqrt;
    /// `x²`.
    square => ops::Square;
    /// `|x|`. The slope at 0 is 0, as in PyTorch.
    abs => ops::Abs;
    /// `x − ⌊x⌋`, from 0 to 1: where in its period `x` stands. The slope is 1, at the jumps, too. (PyTorch's `frac` cuts off towards 0.)
    fract => ops::Fract;
    /// `tanh x`.
    tanh => ops::Tanh;
    /// `σ(x) = 1/(1 + e⁻ˣ)`.
    sigmoid => ops::Sigmoid;
    /// `min(max(x/6 + 0.5, 0), 1)`: the hard sigmoid of PyTorch, JAX and Keras 3. The slope at the corners
    /// is 0.
    hard_sigmoid => ops::HardSigmoid::KERAS_3;
    /// `min(max(0.2·x + 0.5, 0), 1)`: the hard sigmoid of Keras 1 and 2, steeper than
    /// [that of Keras 3](Self::hard_sigmoid).
    hard_sigmoid_keras_2 => ops::HardSigmoid::KERAS_2;
    /// `ln(1 + eˣ)`.
    softplus => ops::Softplus;
    /// `x/(1 + |x|)`. NaN at ±∞, as in PyTorch.
    softsign => ops::Softsign;
    /// `max(x, 0)`. The slope at 0 is 0.
    relu => ops::Relu;
}

impl<R: Real> Var<'_, R> {
    /// `factor·x`. As an operator: `x * 0.5`, `0.5 * x`, or `x / 2.0`, which is `x·(1/2)` and may differ from the
    /// quotient in the last digit.
    #[must_use]
    #[track_caller]
    pub fn scale(self, factor: f64) -> Self {
        self.tape().record(ops::Scale { factor }, &[self])
    }

    /// `x + offset`. As an operator: `x + 1.0`, `x - 1.0` or `1.0 - x`.
    #[must_use]
    #[track_caller]
    pub fn shift(self, offset: f64) -> Self {
        self.tape().record(ops::Shift { offset }, &[self])
    }

    /// `x` above 0, else `slope·x`. PyTorch's default slope is 0.01, Keras' 0.3.
    #[must_use]
    #[track_caller]
    pub fn leaky_relu(self, slope: f64) -> Self {
        self.tape().record(ops::LeakyRelu { slope }, &[self])
    }

    /// `x` above 0, else `alpha·(eˣ − 1)`. The usual `alpha` is 1.
    #[must_use]
    #[track_caller]
    pub fn elu(self, alpha: f64) -> Self {
        self.tape().record(ops::Elu { alpha }, &[self])
    }

    /// `min(max(x, low), high)`. The slope is 0 outside and at the bounds.
    ///
    /// PyTorch `clamp`, NumPy and JAX `clip`, TF `clip_by_value`.
    ///
    /// # Panics
    /// If `low` is above `high`, or one is NaN.
    #[must_use]
    #[track_caller]
    pub fn clamp(self, low: f64, high: f64) -> Self {
        assert!(low <= high, "clamp: the bounds {low} and {high} of shape {} are not in order", self.shape());
        self.tape().record(ops::Clamp { low, high }, &[self])
    }

    /// The larger of the two, element by element. A tie shares the gradient.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    #[track_caller]
    pub fn maximum(self, other: Self) -> Self {
        self.tape().record(ops::Maximum, &[self, other])
    }

    /// The smaller of the two, element by element. A tie shares the gradient.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    #[track_caller]
    pub fn minimum(self, other: Self) -> Self {
        self.tape().record(ops::Minimum, &[self, other])
    }

    /// `self` where the mask is true, `other` where it is false: PyTorch, JAX and TF `where`. The mask
    /// lists the elements row by row.
    ///
    /// # Panics
    /// If the shapes differ, or the mask has another length.
    #[must_use]
    #[track_caller]
    pub fn where_mask(self, mask: &[bool], other: Self) -> Self {
        self.where_each(mask.iter().copied(), other)
    }

    /// [`where_mask`](Self::where_mask) with a mask that is computed meanwhile, perhaps from values on the tape.
    #[track_caller]
    pub(crate) fn where_each(self, mask: impl Iterator<Item = bool>, other: Self) -> Self {
        let mask = self.tape().list_ids(mask.map(usize::from));
        self.tape().record(ops::WhereMask { mask }, &[self, other])
    }

    /// Row `r` of `a` where `self[r]` is not 0, of `b` where it is. `self` is a mask of ones and zeros: `[B]` for states
    /// `a` and `b` `[B, H]`, or `[B, T]` for sequences `[B, T, H]`. It is data, and has no gradient.
    ///
    /// # Panics
    /// If the shapes of `a` and `b` differ, or that of `self` isn't theirs without the last axis.
    #[must_use]
    #[track_caller]
    pub fn select_rows(self, a: Self, b: Self) -> Self {
        self.tape().record(ops::SelectRows, &[self, a, b])
    }

    /// Inverted dropout, for training: each element becomes 0 with probability `p`, else `x/(1 − p)`. Give
    /// every call of every step its own seed.
    ///
    /// # Panics
    /// If `p` is not in `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn dropout(self, p: f64, seed: u64) -> Self {
        assert!((0.0..1.0).contains(&p), "dropout: the probability {p} is not in [0, 1)");
        self.tape().record(ops::Dropout { p, seed, along: None }, &[self])
    }

    /// Dropout with one mask for all entries of an axis: of `[B, T, H]`, `x.dropout_along(1, p, seed)` drops unit `j` of
    /// row `b` at all steps or at none. (Others at each step would wash out what a recurrent net remembers.)
    ///
    /// Keras `SpatialDropout1D`, and `Dropout` with `noise_shape=(B, 1, H)`. Gal & Ghahramani 2016.
    ///
    /// # Panics
    /// If `p` is not in `[0, 1)`, or there is no such axis.
    #[must_use]
    #[track_caller]
    pub fn dropout_along(self, axis: usize, p: f64, seed: u64) -> Self {
        assert!((0.0..1.0).contains(&p), "dropout: the probability {p} is not in [0, 1)");
        self.tape().record(ops::Dropout { p, seed, along: Some(axis) }, &[self])
    }
}
