//! A stack of arrays in one aligned allocation that is used again and again.

use aligned_vec::{AVec, ConstAlign};

use crate::real::Real;

/// Bytes of a cache line and of the widest vector register.
const ALIGN: usize = 64;

/// Numbers whose first element, and every offset from [`Arena::push`], lies on a 64-byte boundary.
#[derive(Clone)]
pub(crate) struct Arena<R> {
    data: AVec<R, ConstAlign<ALIGN>>,
    used: usize,
}

impl<R: Real> Default for Arena<R> {
    fn default() -> Self {
        Self { data: AVec::new(ALIGN), used: 0 }
    }
}

impl<R: Real> Arena<R> {
    /// Forgets the arrays and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.used = 0;
    }

    /// Makes room for one more array and returns its offset. Its contents are whatever lay there.
    pub(crate) fn push(&mut self, len: usize) -> usize {
        let offset = self.used;
        self.reserve(offset + len.next_multiple_of(ALIGN / size_of::<R>().min(ALIGN)));
        offset
    }

    /// Makes the used part (at least) this long.
    pub(crate) fn reserve(&mut self, used: usize) {
        self.used = used;
        if self.data.len() < used {
            self.data.resize(used, R::ZERO);
        }
    }

    /// Makes room for so much more, and a little beyond, but not for twice as much, as growing does.
    pub(crate) fn expect(&mut self, more: usize) {
        let all = self.used.saturating_add(more);
        if self.data.capacity() < all {
            self.data.reserve_exact(all + more / 16 - self.data.len());
        }
    }

    /// As long as another arena, with whatever numbers, and with room for as many if there must be more.
    pub(crate) fn be_as_long_as(&mut self, other: &Self) {
        if self.data.capacity() < other.used {
            self.data = AVec::new(ALIGN); // the old memory first, not beside the new one
            self.data.reserve_exact(other.data.capacity());
        }
        self.reserve(other.used);
    }

    /// Gives back what is there because memory doubles when it grows. Does nothing to an arena that hasn't grown.
    pub(crate) fn fit(&mut self) {
        if self.data.capacity() > self.data.len() + self.data.len() / 8 {
            self.data.shrink_to_fit();
        }
    }

    /// The used part.
    pub(crate) fn all(&self) -> &[R] {
        &self.data[..self.used]
    }

    /// The used part.
    pub(crate) fn all_mut(&mut self) -> &mut [R] {
        &mut self.data[..self.used]
    }

    /// Bytes held, used or not.
    pub(crate) fn bytes(&self) -> usize {
        self.data.capacity() * size_of::<R>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_array_starts_on_a_cache_line() {
        let mut arena = Arena::<f32>::default();
        let offsets = [1, 16, 17, 0, 3].map(|len| arena.push(len));
        assert_eq!(offsets, [0, 16, 32, 64, 64]);
        assert_eq!(arena.all().as_ptr().addr() % ALIGN, 0);
    }

    #[test]
    fn clearing_keeps_the_memory() {
        let mut arena = Arena::<f64>::default();
        arena.push(1000);
        let before = arena.all().as_ptr();
        arena.clear();
        arena.push(900);
        assert_eq!(arena.all().as_ptr(), before);
    }
}
