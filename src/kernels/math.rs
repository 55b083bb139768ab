//! `exp`, `tanh`, … of whole slices, in the vectors of the machine.
//!
//! They are the functions of [`Real`], one element after the other: an element's result doesn't depend on its
//! neighbours, on the length of the slice or on the instruction set. So any loop of [`elementwise`] that calls the
//! functions of `Real` in its closure is as fast; these are for those that do nothing else. How they work and
//! what their errors are: `docs/vector-maths.md`.

use super::elementwise;
use crate::real::Real;

macro_rules! of_slices {
    ($($(#[$doc:meta])* $name:ident)+) => { $(
        $(#[$doc])*
        ///
        /// # Panics
        /// If the lengths differ.
        #[track_caller]
        pub fn $name<R: Real>(x: &[R], y: &mut [R]) {
            assert!(x.len() == y.len(), concat!(stringify!($name), ": {} numbers into {}"), x.len(), y.len());
            elementwise::map(x, y, R::$name);
        }
    )+ };
}

of_slices! {
    /// `y[i] = e^x[i]`
    exp
    /// `y[i] = e^x[i] − 1`
    exp_m1
    /// `y[i] = tanh x[i]`
    tanh
    /// `y[i] = 1/(1 + e^−x[i])`
    sigmoid
    /// `y[i] = ln(1 + e^x[i])`
    softplus
    /// `y[i] = ln x[i]`
    ln
    /// `y[i] = ln(1 + x[i])`
    ln_1p
}
