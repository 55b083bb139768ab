//! Rows of the batch, to be shared out to threads.

use crate::real::Real;

/// Some rows of the batch: their parts of `N` arrays that begin with the axis `B`.
pub struct Rows<'a, R, const N: usize> {
    /// The first row's number.
    pub first: usize,
    /// How many.
    pub count: usize,
    /// Each array's numbers of these rows.
    pub arrays: [&'a mut [R]; N],
}

impl<'a, R: Real, const N: usize> Rows<'a, R, N> {
    /// All rows of arrays `[B, ..]`.
    pub fn all(batch: usize, arrays: [&'a mut [R]; N]) -> Self {
        Self { first: 0, count: batch, arrays }
    }

    /// Runs `code` for all rows, on so many threads. Rows don't wait for each other: each thread takes its own through
    /// all steps.
    pub fn share(self, threads: usize, code: &(impl Fn(Rows<'_, R, N>) + Sync)) {
        if threads <= 1 || self.count <= 1 {
            return code(self);
        }
        let (of_the_left, count) = (threads / 2, self.count);
        let (left, right) = self.split(count * of_the_left / threads);
        rayon::join(|| left.share(of_the_left, code), || right.share(threads - of_the_left, code));
    }

    /// The first so many rows, and the others.
    pub fn split(self, rows: usize) -> (Self, Self) {
        let Self { first, count, arrays } = self;
        let mut right: [&'a mut [R]; N] = [(); N].map(|()| &mut [][..]);
        let mut halves = right.iter_mut();
        let left = arrays.map(|array| {
            let (left, right) = array.split_at_mut(array.len() / count * rows);
            *halves.next().expect("N arrays") = right;
            left
        });
        (
            Self { first, count: rows, arrays: left },
            Self { first: first + rows, count: count - rows, arrays: right },
        )
    }
}
