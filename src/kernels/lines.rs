//! Memory that begins on a cache line.

use aligned_vec::{AVec, ConstAlign};

use crate::real::Real;

/// Numbers that begin on a cache line: no load of a full vector touches two.
#[derive(Clone, Debug)]
pub struct Lines<R>(AVec<R, ConstAlign<64>>);

impl<R: Real> Lines<R> {
    pub fn new() -> Self {
        Self(AVec::new(64))
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
