//! Sizes of an array's axes.

use std::fmt;

/// The most axes that an array can have.
pub(crate) const MAX_RANK: usize = 4;

/// The sizes of up to four axes, outermost first. `[]` is the shape of a scalar.
///
/// Arrays are row-major without gaps: the last axis is contiguous.
///
/// ```
/// # use tapeloop::Shape;
/// let x = Shape::from([32, 50, 8]); // [B, T, I]
/// assert_eq!(x.len(), 12_800);
/// assert_eq!(x.to_string(), "[32, 50, 8]");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Shape {
    sizes: [usize; MAX_RANK],
    rank: usize,
}

impl Shape {
    /// The shape with these sizes.
    ///
    /// # Panics
    /// If there are more than four, or if their product (sizes of 0 left out) overflows `usize`.
    #[track_caller]
    pub fn new(sizes: &[usize]) -> Self {
        assert!(sizes.len() <= MAX_RANK, "shape {sizes:?}: at most {MAX_RANK} axes");
        let mut shape = Self { rank: sizes.len(), ..Self::default() };
        shape.sizes[..sizes.len()].copy_from_slice(sizes);
        shape.counted()
    }

    /// The same, if the elements along any of its axes can be counted: a product of some sizes is at
    /// most that of all, once a size of 0 counts as 1.
    #[track_caller]
    fn counted(self) -> Self {
        let count = self.sizes().iter().try_fold(1usize, |count, &size| count.checked_mul(size.max(1)));
        assert!(count.is_some(), "shape {self} has more elements than can be counted");
        self
    }

    #[track_caller]
    fn assert_has(&self, axis: usize) {
        assert!(axis < self.rank, "shape {self} has no axis {axis}");
    }

    /// The sizes, outermost first.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes[..self.rank]
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// The number of elements; 1 for a scalar.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.sizes().iter().product()
    }

    /// The size of the last axis; 1 for a scalar.
    pub fn last(&self) -> usize {
        self.sizes().last().copied().unwrap_or(1)
    }

    /// The array seen as a matrix `[rows, last]`: all axes but the last flattened.
    pub fn rows(&self) -> usize {
        self.sizes().iter().rev().skip(1).product()
    }

    /// The array seen as `[outer, n, inner]` around an axis of size `n`.
    ///
    /// # Panics
    /// If there is no such axis.
    #[track_caller]
    pub fn around(&self, axis: usize) -> [usize; 3] {
        self.assert_has(axis);
        let sizes = self.sizes();
        [sizes[..axis].iter().product(), sizes[axis], sizes[axis + 1..].iter().product()]
    }

    /// How far apart neighbours along each axis lie, with the axes aligned to the last of four:
    /// `[0, 12, 4, 1]` for `[2, 3, 4]`. Axes that the array doesn't have get 0.
    pub(crate) fn strides(&self) -> [usize; MAX_RANK] {
        let mut strides = [0; MAX_RANK];
        for axis in 0..self.rank {
            strides[MAX_RANK - self.rank + axis] = self.around(axis)[2];
        }
        strides
    }

    /// The sizes, with axes of size 1 in front to make them four.
    pub(crate) fn padded(&self) -> [usize; MAX_RANK] {
        let mut sizes = [1; MAX_RANK];
        sizes[MAX_RANK - self.rank..].copy_from_slice(self.sizes());
        sizes
    }

    /// The same with an axis of another size.
    ///
    /// # Panics
    /// If there is no such axis, or as [`new`](Self::new) does for the sizes together.
    #[track_caller]
    #[must_use]
    pub fn with_size(mut self, axis: usize, size: usize) -> Self {
        self.assert_has(axis);
        self.sizes[axis] = size;
        self.counted()
    }

    /// The same with two axes swapped.
    ///
    /// # Panics
    /// If there are no such axes.
    #[track_caller]
    #[must_use]
    pub fn swapped(mut self, a: usize, b: usize) -> Self {
        assert!(a.max(b) < self.rank, "shape {self}: no axes {a} and {b} to swap");
        self.sizes.swap(a, b);
        self
    }

    /// The same without an axis.
    ///
    /// # Panics
    /// If there is no such axis.
    #[track_caller]
    #[must_use]
    pub fn without(self, axis: usize) -> Self {
        self.assert_has(axis);
        let mut shape = Self { rank: self.rank - 1, ..Self::default() };
        shape.sizes[..axis].copy_from_slice(&self.sizes[..axis]);
        shape.sizes[axis..self.rank - 1].copy_from_slice(&self.sizes[axis + 1..self.rank]);
        shape
    }

    /// The same with one more axis, of this size, in front of `axis`, or behind the last.
    ///
    /// # Panics
    /// If the array has four axes already, if there is no place `axis` among its axes, or as
    /// [`new`](Self::new) does for the sizes together.
    #[track_caller]
    #[must_use]
    pub fn with_axis(self, axis: usize, size: usize) -> Self {
        assert!(self.rank < MAX_RANK, "shape {self}: one axis more than the possible {MAX_RANK}");
        assert!(axis <= self.rank, "shape {self} has no place for a new axis {axis}");
        let mut shape = Self { rank: self.rank + 1, ..self };
        shape.sizes.copy_within(axis..self.rank, axis + 1);
        shape.sizes[axis] = size;
        shape.counted()
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    #[track_caller]
    fn from(sizes: [usize; N]) -> Self {
        Self::new(&sizes)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.sizes())
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_come_and_go() {
        let x = Shape::from([2, 3, 4]);
        assert_eq!(x.without(0), Shape::from([3, 4]));
        assert_eq!(x.without(2), Shape::from([2, 3]));
        assert_eq!(x.with_axis(1, 5), Shape::from([2, 5, 3, 4]));
        assert_eq!(x.without(1).with_axis(1, 3), x);
        assert_eq!(x.around(1), [2, 3, 4]);
        assert_eq!((x.rows(), x.last()), (6, 4));
    }

    #[test]
    fn a_scalar_has_one_element() {
        let scalar = Shape::from([]);
        assert_eq!((scalar.rank(), scalar.len(), scalar.rows(), scalar.last()), (0, 1, 1, 1));
        assert_eq!(Shape::from([0, 5]).len(), 0);
    }
}
