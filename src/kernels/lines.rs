//! Memory that begins on a cache line.

use aligned_vec::{AVec, ConstAlign};

use crate::real::Real;

/// Bytes in a cache line.
const BYTES: usize = 64;

/// Numbers in a cache line, rounded down to a power of two, so that vectors fit.
pub const fn line<R>() -> usize {
    let numbers = BYTES / size_of::<R>();
    if numbers == 0 { 1 } else { 1 << numbers.ilog2() }
}

/// Numbers that begin on a cache line: no load of a full vector touches two.
#[derive(Clone, Debug)]
pub struct Lines<R>(AVec<R, ConstAlign<BYTES>>);

impl<R: Real> Lines<R> {
    pub fn new() -> Self {
        Self(AVec::new(BYTES))
    }

    /// All of them.
    pub fn all(&self) -> &[R] {
        &self.0
    }

    /// `len` numbers: whatever they were before.
    pub fn at_least(&mut self, len: usize) -> &mut [R] {
        if self.0.len() < len {
            self.0.reserve_exact(len - self.0.len());
            self.0.resize(len, R::ZERO);
        }
        &mut self.0[..len]
    }

    /// Bytes held, used or not.
    pub fn bytes(&self) -> usize {
        self.0.capacity() * size_of::<R>()
    }
}
