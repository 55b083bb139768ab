//! Recurrences that are linear in their state: methods of [`Var`].

use super::Var;
use crate::ops;
use crate::real::Real;
use crate::tensor::Shape;

impl<'t, R: Real> Var<'t, R> {
    /// `h_t = a_t⊙h_{t−1} + b_t` for all steps at once, with `self` as `a`: `a` and `b` are `[B, T, H]`, `h_0` `[B, H]`, and so the result is
    /// `[B, T, H]`. An `a` `[H]` is the same at all steps. With `reverse` time runs from the last step to the first.
    ///
    /// It is one line of the tape: a [trace](crate::Trace) has no steps of it. Layers that use it take their steps one by one on a traced tape.
    ///
    /// Long sequences are done by several threads, in blocks of time. It is made for `|a| ≤ 1`.
    ///
    /// # Panics
    /// If the shapes don't fit.
    ///
    /// ```
    /// use tapeloop::{Memory, Params, Tape};
    ///
    /// let params = Params::<f64>::new(0);
    /// let tape = Tape::new(&params, Memory::new());
    /// let b = tape.input([1, 3, 1], &[1.0, 2.0, 3.0]);
    /// let (a, h_0) = (tape.input([1], &[0.5]), tape.input([1, 1], &[8.0]));
    /// assert_eq!(a.scan(b, h_0, false).value(), [5.0, 4.5, 5.25]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn scan(self, b: Self, h_0: Self, reverse: bool) -> Self {
        self.tape().record(ops::Scan { reverse, complex: false }, &[self, b, h_0])
    }

    /// The same for complex numbers, each its real and its imaginary part.
    ///
    /// # Panics
    /// If the shapes don't fit.
    #[must_use]
    #[track_caller]
    pub fn scan_complex(a: [Self; 2], b: [Self; 2], h_0: [Self; 2], reverse: bool) -> [Self; 2] {
        let ([a, a_im], [b, b_im], [h, h_im]) = (a, b, h_0);
        let both = a.tape().record(ops::Scan { reverse, complex: true }, &[a, a_im, b, b_im, h, h_im]);
        let shape: Shape = b.shape();
        [0, shape.len()].map(|from| b.tape().part(both, from, shape))
    }
}
