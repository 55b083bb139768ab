//! A block of columns of a matrix: what selecting, slicing, stacking and concatenating copy.

use super::elementwise::add_map;
use crate::real::Real;

/// Columns `from..from + width` of a `wide` matrix with rows `stride` long. The block on its own, a
/// `narrow` matrix, has rows `width` long and as many of them.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    /// Columns of the wide matrix.
    pub stride: usize,
    /// The first one of the block.
    pub from: usize,
    /// Columns of the block.
    pub width: usize,
}

impl Columns {
    /// `narrow = wide[:, block]`
    pub fn take<R: Real>(self, wide: &[R], narrow: &mut [R]) {
        self.of(wide).zip(self.rows_mut(narrow)).for_each(|(wide, narrow)| narrow.copy_from_slice(wide));
    }

    /// `wide[:, block] = narrow`
    pub fn put<R: Real>(self, narrow: &[R], wide: &mut [R]) {
        self.of_mut(wide).zip(self.rows(narrow)).for_each(|(wide, narrow)| wide.copy_from_slice(narrow));
    }

    /// `narrow += wide[:, block]`
    pub fn add_taken<R: Real>(self, wide: &[R], narrow: &mut [R]) {
        self.of(wide).zip(self.rows_mut(narrow)).for_each(|(wide, narrow)| add_map(wide, narrow, |x| x));
    }

    /// `wide[:, block] += narrow`
    pub fn add_put<R: Real>(self, narrow: &[R], wide: &mut [R]) {
        self.of_mut(wide).zip(self.rows(narrow)).for_each(|(wide, narrow)| add_map(narrow, wide, |x| x));
    }

    fn of<R>(self, wide: &[R]) -> impl Iterator<Item = &[R]> {
        wide.chunks_exact(self.stride.max(1)).map(move |row| &row[self.from..][..self.width])
    }

    fn of_mut<R>(self, wide: &mut [R]) -> impl Iterator<Item = &mut [R]> {
        wide.chunks_exact_mut(self.stride.max(1)).map(move |row| &mut row[self.from..][..self.width])
    }

    fn rows<R>(self, narrow: &[R]) -> impl Iterator<Item = &[R]> {
        narrow.chunks_exact(self.width.max(1))
    }

    fn rows_mut<R>(self, narrow: &mut [R]) -> impl Iterator<Item = &mut [R]> {
        narrow.chunks_exact_mut(self.width.max(1))
    }
}
