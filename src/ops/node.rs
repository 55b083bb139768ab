//! One line of the tape.

use super::{Leaf, Op};
use crate::real::Real;
use crate::tensor::Shape;

/// The number of a node: its line on the tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A run of entries in one of the tape's lists (of inputs, or of integer ids).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Span {
    /// Panics if the list is longer than 2³² entries.
    pub(crate) fn at(start: usize, len: usize) -> Self {
        let short = |n: usize| u32::try_from(n).expect("a list of less than 2³² entries");
        Self { start: short(start), len: short(len) }
    }

    pub(crate) fn of<T>(self, list: &[T]) -> &[T] {
        &list[self.start as usize..][..self.len as usize]
    }
}

/// Where the numbers of a node, and their gradient, lie.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// At this offset of the tape's arena.
    Arena(usize),
    /// At this offset of the parameter store, from which the tape borrows them.
    Params(usize),
}

/// What the tape knows of one recorded operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<R: Real> {
    pub(crate) op: Op<R>,
    /// The nodes that it reads, all of them earlier on the tape.
    pub(crate) inputs: Span,
    pub(crate) shape: Shape,
    pub(crate) place: Place,
    /// Offset and length of what forward saved for backward.
    pub(crate) saved: (usize, usize),
    /// Whether any parameter or variable lies below: if not, backward passes it by.
    pub(crate) needs_grad: bool,
}

impl<R: Real> Node<R> {
    pub(crate) fn leaf(shape: Shape, place: Place, needs_grad: bool) -> Self {
        let inputs = Span { start: 0, len: 0 };
        Self { op: Leaf.into(), inputs, shape, place, saved: (0, 0), needs_grad }
    }
}
