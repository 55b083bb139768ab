//! Numbers of a layer that are not learnt.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Array, Shape};

/// A constant matrix of a layer, made when it is built. A tape has it once, however many steps read it.
#[derive(Clone, Debug)]
pub(crate) struct Constant {
    array: Array<f64>,
    number: u64,
}

impl Constant {
    #[track_caller]
    pub(crate) fn new(shape: impl Into<Shape>, data: Vec<f64>) -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        Self { array: Array::new(shape, data), number: MADE.fetch_add(1, Ordering::Relaxed) }
    }

    pub(crate) fn array(&self) -> &Array<f64> {
        &self.array
    }

    /// Another one than any other's, but for copies.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }
}
