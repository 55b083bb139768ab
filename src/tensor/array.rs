//! Numbers with a shape, outside any tape.

use super::Shape;
use crate::real::Real;

/// A row-major array that owns its numbers: data on its way to a tape, or a result on its way out.
#[derive(Clone, Debug, PartialEq)]
pub struct Array<R = f32> {
    shape: Shape,
    data: Vec<R>,
}

impl<R: Real> Array<R> {
    /// These numbers with this shape.
    ///
    /// # Panics
    /// If the count of numbers isn't the shape's.
    #[track_caller]
    pub fn new(shape: impl Into<Shape>, data: Vec<R>) -> Self {
        let shape = shape.into();
        assert!(data.len() == shape.len(), "{} numbers for an array of shape {shape}", data.len());
        Self { shape, data }
    }

    /// Zeros.
    #[track_caller]
    pub fn zeros(shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        Self { shape, data: vec![R::ZERO; shape.len()] }
    }

    /// The shape.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The numbers, row by row.
    pub fn data(&self) -> &[R] {
        &self.data
    }

    /// The numbers, row by row.
    pub fn into_data(self) -> Vec<R> {
        self.data
    }

    /// The numbers, row by row.
    pub fn data_mut(&mut self) -> &mut [R] {
        &mut self.data
    }
}
